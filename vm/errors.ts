/**
 * Every way the harness can end badly, as one class in two families.
 *
 * A `UserError` is answered by changing an input (the command line, the patch series, a fragment); an `InfraError` by
 * changing the machine (a package, disk space, the network). What a guest did wrong is no error of the harness but a
 * verdict, see verdict.ts.
 */
import type { Verdict } from './verdict.ts';

/** What an error has to say: each part is one line or a short paragraph, without a full stop needed. */
export interface ErrorParts {
  /** Stable, machine-readable, e.g. `PATCH_FAILED`. Tests and scripts match on this, never on the text. */
  readonly code: string;
  /** What the harness was doing, e.g. `apply 0002-x86.patch to linux-6.1.192`. */
  readonly tried: string;
  /** What happened instead. */
  readonly found: string;
  /** What the reader can type or change now. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of all errors that the harness raises on purpose; anything else that is thrown is a bug of the harness. */
export class HarnessError extends Error {
  readonly code: string;
  readonly tried: string;
  readonly found: string;
  readonly hint: string | undefined;
  /** The verdict, and so the exit code, of a run that ends with this error. */
  readonly verdict: Verdict;

  constructor(verdict: Verdict, parts: ErrorParts) {
    const hint = parts.hint === undefined ? '' : `\n  try:   ${parts.hint}`;
    super(`${parts.code}\n  tried: ${parts.tried}\n  found: ${parts.found}${hint}`, { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.tried = parts.tried;
    this.found = parts.found;
    this.hint = parts.hint;
    this.verdict = verdict;
  }

  /** All that there is to say, over several lines. */
  get report(): string {
    return this.message;
  }
}

/** The command line, a path or an option is wrong: nothing was started. Exit code 2. */
export class UsageError extends HarnessError {
  constructor(parts: ErrorParts) {
    super('USAGE', parts);
  }
}

/** What is under test does not get as far as a guest: a patch does not apply, the kernel does not compile. Exit code 1. */
export class UserError extends HarnessError {
  constructor(parts: ErrorParts) {
    super('FAIL', parts);
  }
}

/** The machine or the network failed us, not what is under test. Exit code 8. */
export class InfraError extends HarnessError {
  constructor(parts: ErrorParts) {
    super('INFRA', parts);
  }
}
