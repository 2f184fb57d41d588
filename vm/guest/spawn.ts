/** How a program is started in the guest: what the host may ask for, and the request that says so. */
import type { TerminalSize } from './guest-process.ts';
import type { HostMessage } from './messages.ts';
import { type Bytes, toWire } from './wire-bytes.ts';

export interface SpawnOptions {
  readonly cwd?: Bytes;
  /** Added to the agent's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly uid?: number;
  /** The uid's number by default, when there is one. */
  readonly gid?: number;
  /** Whether stdin is a pipe to write to (default) or /dev/null. */
  readonly stdin?: boolean;
  /** Give the program a terminal of this size as stdin, stdout and stderr, which come as one stream, stdout. */
  readonly terminal?: TerminalSize;
  /** Takes the output as it comes; then it is not kept, and `stdout`, `stderr` and `output()` see none. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/** The request that starts `argv`, but for its id. */
export function spawnOrder(
  argv: readonly Bytes[],
  { cwd, env = {}, uid, gid = uid, stdin = true, terminal }: SpawnOptions,
): Omit<Extract<HostMessage, { type: 'spawn' }>, 'id'> {
  return {
    type: 'spawn',
    argv: argv.map((argument) => toWire(argument)),
    env: Object.entries(env).map(([variable, value]) => toWire(`${variable}=${value}`)),
    stdin,
    ...(cwd === undefined ? {} : { cwd: toWire(cwd) }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(terminal === undefined ? {} : { rows: terminal.rows, cols: terminal.columns }),
  };
}
