/**
 * QEMU as a process that cannot outlive the harness.
 *
 * Three things hold that: `setpriv --pdeathsig KILL` has the kernel kill QEMU when the harness dies, however it dies;
 * execa puts QEMU into a process group of its own and kills the group; and a Ctrl+C of the terminal, which therefore
 * does not reach QEMU, aborts the signal that is given here.
 *
 * The console goes straight into a file, which the harness follows. A pipe or a socket will not do: while its reader is busy
 * it is full after some 280 single bytes, the kernel waits 10 ms for its serial line and no longer, and what it says next is
 * lost. (QEMU's own `logfile=` has characters twice then: it logs a write that would block, and its repetition.)
 *
 * The control connections are socket pairs that QEMU inherits as file descriptors, not sockets in the file system:
 * nothing to name, to collide, to unlink after a crash or to wait for, and no limit of 107 bytes on a path.
 */
import { closeSync, openSync } from 'node:fs';
import { type Duplex, PassThrough, type Readable, type Writable } from 'node:stream';
import { execa } from 'execa';
import { followFile } from '../host/follow-file.ts';
import { lastLines } from '../host/tool.ts';

/** The descriptors under which QEMU inherits its connections; machine.ts names them in `-chardev socket,fd=`. */
export const QMP_FD = 3;
export const AGENT_FD = 4;

export interface QemuExit {
  /** Absent when a signal ended it. */
  readonly code?: number;
  readonly signal?: string;
  /** The last lines of what QEMU itself said on stderr. */
  readonly stderr: string;
}

export interface QemuProcess {
  readonly pid: number | undefined;
  /** What the guest wrote to its first serial line, as bytes. */
  readonly console: Readable;
  /** What the guest reads from its first serial line. */
  readonly consoleInput: Writable;
  readonly qmp: Duplex;
  readonly agent: Duplex;
  /** Resolves, never rejects, when QEMU is gone and its output was read to the end. */
  readonly exited: Promise<QemuExit>;
  /** SIGKILL: a guest that misbehaves can make QEMU slow to react to anything gentler, and nothing would be saved. */
  kill(): void;
}

export interface QemuStart {
  readonly path: string;
  readonly args: readonly string[];
  /** File that receives what the guest writes to its first serial line. */
  readonly consoleFile: string;
  /** File that receives QEMU's stderr. */
  readonly stderrFile: string;
  readonly signal: AbortSignal;
}

/** Starts QEMU. Errors of the start itself (binary vanished) are an exit, too. */
export function startQemu({ path, args, consoleFile, stderrFile, signal }: QemuStart): QemuProcess {
  const log = openSync(consoleFile, 'w');
  const console = new PassThrough();
  const follower = followFile(consoleFile, (chunk) => console.write(chunk));
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', path, ...args], {
    // Any descriptor will do; execa's types name those up to 9.
    stdio: ['pipe', log as 9, ['pipe', { file: stderrFile }], 'pipe', 'pipe'],
    // Read as streams; only stderr is also wanted as a whole.
    buffer: { stderr: true, fd3: false, fd4: false },
    encoding: 'utf8',
    reject: false,
    killDescendants: true,
    killSignal: 'SIGKILL',
    cancelSignal: signal,
  });
  closeSync(log);
  const exited = child.then((result): QemuExit => {
    follower.close();
    console.end();
    const stderr = lastLines(result.stderr ?? '', 20);
    if (result.exitCode !== undefined) return { code: result.exitCode, stderr };
    if (result.signal !== undefined) return { signal: result.signal, stderr };
    return { stderr: `${stderr}${result.message ?? ''}` };
  });
  return {
    pid: child.pid,
    console,
    consoleInput: child.stdin,
    qmp: child.stdio[QMP_FD] as Duplex,
    agent: child.stdio[AGENT_FD] as Duplex,
    exited,
    kill: () => void child.kill('SIGKILL'),
  };
}
