/** Waiting for a state of the file system, which has no event that a test could wait for. */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { compareTrees, type SnapshotOptions } from './tree.ts';

const EVERY_MS = 25;
const STEADY_MS = 200;

/** Resolves with null when `check` returns null, or at the deadline with what it returned last. */
export async function waitFor<T>(check: () => T | null, deadlineMs = 10_000): Promise<T | null> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const problem = check();
    if (problem === null || performance.now() > end) return problem;
    await delay(EVERY_MS);
  }
}

/** What `look` returns when it has been the same for a while. */
export async function steady<T>(look: () => T): Promise<T> {
  const seen = look();
  await delay(STEADY_MS);
  return isDeepStrictEqual(look(), seen) ? seen : steady(look);
}

/** Waits until the trees are equal; returns the differences that are left at the deadline. */
export async function waitEqual(
  source: string,
  destination: string,
  options: SnapshotOptions & { readonly deadlineMs?: number } = {},
): Promise<string[]> {
  const check = (): string[] | null => {
    try {
      const differences = compareTrees(source, destination, options);
      return differences.length === 0 ? null : differences;
    } catch (error) {
      // The tree is changing while it is read.
      return [String(error)];
    }
  };
  return (await waitFor(check, options.deadlineMs)) ?? [];
}
