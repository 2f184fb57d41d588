/** The error of a guest that ended badly: everything one needs to see what happened and to try again by hand. */
import { HarnessError } from '../errors.ts';
import type { Verdict } from '../verdict.ts';

/** Lines of the console that a bad end shows. */
export const SHOWN_LINES = 40;

/** How a guest ended. */
export interface VmEnd {
  readonly verdict: Verdict;
  /** One line, e.g. `Kernel panic - not syncing: sysrq triggered crash`. */
  readonly title: string;
  /** The last 40 lines of the console. */
  readonly consoleTail: readonly string[];
  /** The exact QEMU command line, quoted for a shell. */
  readonly commandLine: string;
  /** From QEMU's start to its end. */
  readonly ms: number;
}

export class VmError extends HarnessError {
  readonly end: VmEnd;
  /** Folder with console.log, qemu.log, command.txt and vm.json. */
  readonly artifacts: string;
  /** A command that boots the same guest on the terminal. */
  readonly rerun: string;
  readonly #report: string;

  constructor(name: string, end: VmEnd, artifacts: string, rerun: string) {
    const lines = end.consoleTail.map((line) => `    | ${line}`).join('\n');
    super(end.verdict, {
      code: `VM_${end.verdict}`,
      tried: `run the guest ${name}`,
      found: `${end.verdict}: ${end.title}\n  console, last lines (all of it: ${artifacts}/console.log):\n${lines || '    | (silent)'}\n  QEMU was: ${end.commandLine}`,
      hint: rerun,
    });
    this.#report = this.message;
    // TAP and JUnit make the message the name of a point, and show the other properties below it.
    this.message = `${end.verdict}: ${end.title}`;
    this.end = end;
    this.artifacts = artifacts;
    this.rerun = rerun;
  }

  override get report(): string {
    return this.#report;
  }
}
