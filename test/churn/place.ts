/** Where churn happens: a folder on this host or in a guest, with `source` and `outside` in it, and programs that run there. */

export interface Finished {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The syncer while it runs. */
export interface Running {
  /** Resolves when stdout matches; rejects when it does not in time. */
  output(pattern: RegExp): Promise<void>;
  /** null while it runs. */
  readonly exit: number | string | null;
  /** What it said last, for a person who looks for a reason. */
  tail(): string;
  /** As Ctrl+C does; resolves with the exit code, or the signal that ended it. */
  interrupt(): Promise<number | string>;
}

export interface Place {
  /** Runs a program of test/churn/programs.ts to its end. */
  run(argv: readonly [Program, ...string[]], stdin?: string): Promise<Finished>;
  /** Starts the syncer with these options and `source destination`. */
  startSyncer(options: readonly string[]): Promise<Running>;
  /** Ends what still runs, and removes the folder. */
  remove(): Promise<void>;
}

export type Program = 'churn' | 'treecmp';
