/** Which of the calls that a program makes are to be hit: every one, or one of each kind. */
import { isReserved } from '../../../userland/src/compare/reserved.ts';
import { SEED } from '../seed.ts';
import type { Call } from './call-faults.ts';

/** Whether to hit every call: minutes instead of seconds. */
export const EVERY_CALL = process.env['DIRSYNC_SWEEP'] === 'all';

/** What a call does to what: `renameat a final name`. */
export function kindOf({ name, path }: Call): string {
  const unfinished = isReserved(path.slice(path.lastIndexOf('/') + 1));
  return `${name} ${unfinished ? 'an unfinished file' : 'a final name'}`;
}

/** Another run may make so many calls more: what is done at once is not always done in the same order. */
const SLACK = 16;

/**
 * The numbers of the calls to hit, from 1: all, or one of each of `most` kinds. `calls` are those of a run in which none
 * was hit; another one may not get as far as some of the numbers.
 */
export function points(calls: readonly Call[], most = Infinity): number[] {
  if (EVERY_CALL) return Array.from({ length: calls.length + SLACK }, (_, index) => index + 1);
  const kinds = [...Map.groupBy(calls.keys(), (index) => kindOf(calls[index] as Call)).values()];
  const stride = Math.ceil(kinds.length / most);
  return kinds
    .filter((_, at) => at % stride === SEED % stride)
    .map((indices) => (indices[SEED % indices.length] ?? 0) + 1);
}
