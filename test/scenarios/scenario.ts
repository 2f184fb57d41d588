/**
 * What can happen to a source, as data: the same scenarios are played on this host by `conformance/` and in the guest by
 * `e2e/live.test.ts`.
 *
 * The scripts are for any sh, and for the commands that busybox has, too. Two programs of ours are there as well, made of
 * `test/e2e/guest/`: `exchange A B` (RENAME_EXCHANGE) and `setmtime SECONDS NANOSECONDS FILE`. Each script runs in a
 * directory of the source that belongs to the scenario alone; `$OUTSIDE` is an empty folder on the same file system that nobody
 * mirrors.
 */
export interface Scenario {
  readonly name: string;
  /** Makes what is there, and mirrored, when it begins. */
  readonly prepare?: string;
  /** What happens; in the end the mirror has to be equal. */
  readonly act: string;
  /** Names before and after of files that must not be copied again: the mirror of the second is that of the first. */
  readonly keeps?: readonly (readonly [before: string, after: string])[];
  /** A script that runs in the mirror in the end and has to succeed. */
  readonly check?: string;
  /** Only root can do that. */
  readonly root?: true;
}

/** Creates a file in every directory: each one has to be watched, under its right name. */
export const WRITE_EVERYWHERE = 'find . -type d -exec touch {}/afterwards ";"';
