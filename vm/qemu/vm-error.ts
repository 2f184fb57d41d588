/** The error of a guest that ended badly: everything one needs to see what happened and to try again by hand. */
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import type { Finding } from '../console/finding.ts';
import type { Verdict } from '../verdict.ts';

/** Lines of the console that a bad end shows. */
export const SHOWN_LINES = 40;

/** How a guest ended. */
export interface VmEnd {
  readonly verdict: Verdict;
  /** One line, e.g. `kernel panic: sysrq triggered crash`. */
  readonly title: string;
  /** What the kernel complained of, in its order. */
  readonly findings: readonly Finding[];
  /** The last 40 lines that the guest printed by itself. */
  readonly consoleTail: readonly string[];
  /** Names of files beside console.log that tell more of a bad end: registers, backtraces, memory. */
  readonly diagnostics: readonly string[];
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
    const files = end.diagnostics.map((file) => `\n  see also: ${join(artifacts, file)}`).join('');
    super(end.verdict, {
      code: `VM_${end.verdict}`,
      tried: `run the guest ${name}`,
      found: `${end.verdict}: ${end.title}\n  console, last lines (all of it: ${artifacts}/console.log):\n${lines || '    | (silent)'}${files}\n  QEMU was: ${end.commandLine}`,
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
