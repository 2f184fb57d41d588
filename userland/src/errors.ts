/** How a run can end, and the one error class for ends that the syncer chooses itself. */
import { getSystemErrorMessage } from 'node:util';
import { displayName } from './native/names.ts';
import { isSystemError } from './native/addon.ts';

/** Exit codes, numbered as rsync's where rsync has one. */
export const EXIT = {
  /** Also Ctrl+C in continuous mode, which is how that mode ends. */
  OK: 0,
  USAGE: 1,
  /** A root was refused before anything was touched. */
  ROOTS: 3,
  /** The run cannot go on: a root vanished, or the kernel refuses something essential. */
  IO: 11,
  /** Ctrl+C in a run that has an end of its own (`--once`). */
  INTERRUPTED: 20,
  /** Some entries could not be synchronized. */
  PARTIAL: 23,
  /** `--max-delete` was reached. */
  DELETE_LIMIT: 25,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the run: what was tried, what was found, and what can be typed now. */
export class SyncError extends Error {
  readonly exitCode: ExitCode;
  /** Stable and machine-readable, e.g. `ROOTS_NESTED`. */
  readonly code: string;

  constructor(
    exitCode: ExitCode,
    code: string,
    parts: { readonly tried: string; readonly found: string; readonly hint?: string },
  ) {
    super(sentence(parts.tried, parts.found, parts.hint));
    this.name = 'SyncError';
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** An entry cannot be made equal for a reason that no system call gives; it fails, and the run goes on. */
export class EntryError extends Error {
  override readonly name = 'EntryError';
}

/** The one style of every complaint: `<tried>: <found>; <hint>`. */
export function sentence(tried: string, found: string, hint?: string): string {
  return hint === undefined ? `${tried}: ${found}` : `${tried}: ${found}; ${hint}`;
}

/** Errors of file systems for which Node has no words. */
const WORDS: Readonly<Record<string, string>> = {
  EDQUOT: 'disk quota exceeded',
  ESTALE: 'stale file handle',
  EUCLEAN: 'the file system is damaged',
};

/** What an error says in one line, with the name of the system call that failed. */
export function describeError(error: unknown): string {
  if (isSystemError(error)) {
    const words = WORDS[error.code] ?? getSystemErrorMessage(error.errno);
    return `${words} (${error.code}, ${error.syscall})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** A path for a message. */
export function quote(path: string): string {
  return `'${displayName(path)}'`;
}
