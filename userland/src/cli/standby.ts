/**
 * Start now, learn later what to do: how the test harness keeps a running syncer in a snapshot of its guest.
 *
 * With DIRSYNC_STANDBY=1 in the environment the program loads everything, says `standby`, and waits for one line on stdin,
 * JSON with the `argv` (each code point one byte), the `cwd` and the additions to the `env` that it goes on with.
 */
import { readSync, writeSync } from 'node:fs';
import { loadAddon } from '../native/load.ts';
import type { ByteString } from '../native/addon.ts';

const NEWLINE = 0x0a;

/** The arguments to go on with; undefined when the program was not told to stand by. */
export function standbyArguments(env: NodeJS.ProcessEnv = process.env): ByteString[] | undefined {
  if (env['DIRSYNC_STANDBY'] !== '1') return undefined;
  delete env['DIRSYNC_STANDBY'];
  loadAddon();
  writeSync(1, 'standby\n');
  const order = JSON.parse(readLine(0)) as {
    readonly argv: readonly ByteString[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
  process.chdir(Buffer.from(order.cwd, 'latin1').toString());
  Object.assign(env, order.env);
  return [...order.argv];
}

/** Blocks: a program that stands by has nothing else to do. Byte by byte, for what follows is not ours. */
function readLine(fd: number): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (readSync(fd, byte) === 1 && byte[0] !== NEWLINE) bytes.push(byte[0] ?? 0);
  return Buffer.from(bytes).toString();
}
