/**
 * Lets the n-th call that the syncer makes below a directory fail, or kills it there: the sweeps of the crash tests.
 *
 * It is done from outside, by a library for LD_PRELOAD (call-faults.c), so the program under test is the one that is
 * shipped.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execaSync } from 'execa';
import type { Test } from 'tap';

/** What becomes of the call that is hit: the process is killed right before it (or amid its data), or it fails. */
export type Fault = 'kill' | keyof typeof constants.errno;

/** Which calls are counted: those that change something, or also those that look. */
export type Counted = 'changes' | 'all';

/** A counted call: its name in the C library, and the path below the directory; `.` is the directory itself. */
export interface Call {
  readonly name: string;
  readonly path: string;
}

const FLAGS = '-std=gnu17 -D_GNU_SOURCE -shared -fPIC -O2 -fvisibility=hidden -Wall -Wextra -Werror'.split(
  ' ',
);

/** The offsets of `struct control`, and its size. */
const AT = { calls: 0, at: 8, action: 16, looks: 20, below: 24 } as const;
const CONTROL_BYTES = AT.below + 4096;
const KILL = -1;

export class CallFaults {
  readonly #path: string;
  readonly #library: string;
  readonly #control: number;

  /** Counts below `directory`, which has to exist. */
  constructor(t: Test, directory: string, counted: Counted) {
    const folder = mkdtempSync(join(tmpdir(), 'dirsync-call-faults-'));
    this.#library = join(folder, 'call-faults.so');
    this.#path = join(folder, 'control');
    execaSync('cc', [...FLAGS, '-o', this.#library, join(import.meta.dirname, 'call-faults.c')]);
    const control = Buffer.alloc(CONTROL_BYTES);
    control.writeUInt32LE(counted === 'all' ? 1 : 0, AT.looks);
    control.write(realpathSync(directory), AT.below);
    writeFileSync(this.#path, control);
    writeFileSync(`${this.#path}.trace`, '');
    this.#control = openSync(this.#path, 'r+');
    t.teardown(() => {
      closeSync(this.#control);
      rmSync(folder, { recursive: true });
    });
  }

  /** The command that runs the command behind it so that its calls are counted. */
  get within(): readonly string[] {
    return ['env', `LD_PRELOAD=${this.#library}`, `CALL_FAULTS=${this.#path}`];
  }

  /** Counts from now on, and has the `n`-th call (from 1) hit by `fault`. The running program, if any, has to be at rest. */
  arm(n: number, fault: Fault): void {
    this.#set(n, fault === 'kill' ? KILL : constants.errno[fault]);
  }

  /** Counts from now on, and lets all calls be. */
  disarm(): void {
    this.#set(0, 0);
  }

  /** The calls since then, in their order. */
  calls(): Call[] {
    const lines = readFileSync(`${this.#path}.trace`, 'latin1').split('\n').slice(0, -1);
    return lines.map((line) => {
      const space = line.indexOf(' ');
      return { name: line.slice(0, space), path: line.slice(space + 1) };
    });
  }

  #set(at: number, action: number): void {
    const head = Buffer.alloc(AT.looks);
    head.writeBigUInt64LE(BigInt(at), AT.at);
    head.writeInt32LE(action, AT.action);
    writeFileSync(`${this.#path}.trace`, '');
    writeSync(this.#control, head, 0, head.length, 0);
  }
}
