/** Counts deletions against `--max-delete`. */
import { EXIT, SyncError } from '../errors.ts';

export class DeleteBudget {
  readonly #limit: number;
  #spent = 0;

  /** `limit`: entries that may be deleted in the whole run; Infinity for no limit. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** To be called before each deletion of one entry. Throws a SyncError with exit code 25 at the limit. */
  spend(): void {
    if (this.#spent >= this.#limit)
      throw new SyncError(EXIT.DELETE_LIMIT, 'DELETE_LIMIT', {
        tried: 'delete what the source does not have',
        found: `${this.#limit} entries are deleted, which is the limit of --max-delete`,
        hint: 'look at the source, then start again with a higher limit',
      });
    this.#spent += 1;
  }

  /** Takes back the last `spend`, whose deletion did not happen. */
  refund(): void {
    this.#spent -= 1;
  }
}
