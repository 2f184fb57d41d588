/** Counts deletions against `--max-delete`. */
import { EXIT, SyncError } from '../errors.ts';

export class DeleteBudget {
  readonly #limit: number;
  #spent = 0;

  /** `limit`: entries that may be deleted in the whole run; Infinity for no limit. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** To be called before `entries` are deleted. Throws a SyncError with exit code 25 at the limit. */
  spend(entries = 1): void {
    if (this.#spent + entries > this.#limit)
      throw new SyncError(EXIT.DELETE_LIMIT, 'DELETE_LIMIT', {
        tried: 'delete what the source does not have',
        found:
          entries === 1
            ? `${this.#limit} entries are deleted, which is the limit of --max-delete`
            : `${entries} entries are to be deleted at once, and ${this.#limit - this.#spent} are left of the limit of --max-delete`,
        hint: 'look at the source, then start again with a higher limit',
      });
    this.#spent += entries;
  }

  /** Takes back the last `spend`, whose deletion did not happen. */
  refund(entries = 1): void {
    this.#spent -= entries;
  }
}
