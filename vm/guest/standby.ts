/**
 * Programs that were started before a snapshot of the guest was taken, and that wait to be told what to do.
 *
 * Under emulation most of a Node program's start goes into translating Node's own start-up code, which a new QEMU has to
 * do again. In a snapshot that is behind it.
 */
import type { HostMessage } from './messages.ts';
import type { SpawnOptions } from './spawn.ts';
import { type Bytes, toWire } from './wire-bytes.ts';

export interface Standby {
  /** As it was started, e.g. `dirsync`: `argv[0]` of what it can stand for. */
  readonly program: string;
  /** The request that started it, which is its name on the agent's line. */
  readonly id: number;
  readonly pid: number;
}

/** What a host has to know to go on with a guest that another host has talked to. */
export interface Resume {
  /** The first request id that is free. */
  readonly nextId: number;
  readonly standbys: readonly Standby[];
}

/**
 * The request, but for its id, that has a standby do what `argv` would have done: a line for its stdin with what would have
 * been its arguments, its folder and its environment.
 */
export function standbyOrder(
  { id }: Standby,
  argv: readonly Bytes[],
  { cwd = '/', env = {}, stdin = true }: SpawnOptions,
): Omit<Extract<HostMessage, { type: 'stdin' }>, 'id'> {
  const line = { argv: argv.slice(1).map((argument) => toWire(argument)), cwd: toWire(cwd), env };
  const data = Buffer.from(`${JSON.stringify(line)}\n`).toString('base64');
  return { type: 'stdin', process: id, data, eof: !stdin };
}
