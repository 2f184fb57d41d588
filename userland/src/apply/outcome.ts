/** What came of a step. */
import type { FileState } from '../compare/content-ledger.ts';

export interface DoneOutcome {
  readonly kind: 'done';
  /** What was done; null when nothing was left to do. */
  readonly did: 'copied' | 'created-directory' | 'updated' | 'deleted' | 'linked' | null;
  /** Bytes of data moved. */
  readonly bytes: number;
  /** Entries deleted. */
  readonly entries: number;
  /** The directory itself was not deleted: something in it is excluded. */
  readonly kept: boolean;
  /** The regular file that was copied, as it was. */
  readonly source: FileState | null;
  /** That state was so old that every later write shows in its times. */
  readonly settled: boolean;
  /** It was copied so soon after a change that a further one may not show. */
  readonly racy: boolean;
}

export type Outcome =
  | DoneOutcome
  /** The source has changed, or is too young; to be compared again after so many milliseconds. */
  | { readonly kind: 'again'; readonly delayMs: number };

export const NOTHING: DoneOutcome = {
  kind: 'done',
  did: null,
  bytes: 0,
  entries: 0,
  kept: false,
  source: null,
  settled: false,
  racy: false,
};

export const AGAIN: Outcome = { kind: 'again', delayMs: 0 };

export function did(what: 'copied' | 'created-directory' | 'updated' | 'linked'): Outcome {
  return { ...NOTHING, did: what };
}
