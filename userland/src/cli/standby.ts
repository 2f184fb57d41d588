/**
 * Start now, learn later what to do: how the test harness keeps a running syncer in a snapshot of its guest.
 *
 * With DIRSYNC_STANDBY=1 in the environment the program loads everything, mirrors an empty directory once, so that its code is
 * compiled, says `standby`, and waits for one line on stdin: JSON with the `argv` (each code point one byte), the `cwd` and
 * the additions to the `env` that it goes on with.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf } from '../native/names.ts';
import type { ByteString } from '../native/addon.ts';
import { Output } from './output.ts';

const NEWLINE = 0x0a;

/** What carries out a command line; ends when the signal is aborted. */
type CarryOut = (args: ByteString[], stdout: Output, signal: AbortSignal) => Promise<unknown>;

/** Whether the program was told to stand by. */
export function isStandby(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['DIRSYNC_STANDBY'] === '1';
}

/** Stands by until the order comes; returns the arguments to go on with. */
export async function standBy(carryOut: CarryOut): Promise<ByteString[]> {
  delete process.env['DIRSYNC_STANDBY'];
  await rehearse(carryOut);
  writeSync(1, 'standby\n');
  const order = JSON.parse(readLine(0)) as {
    readonly argv: readonly ByteString[];
    readonly cwd: string;
    readonly env: Readonly<Record<string, string>>;
  };
  process.chdir(Buffer.from(order.cwd, 'latin1').toString());
  Object.assign(process.env, order.env);
  return [...order.argv];
}

/** Mirrors an empty directory until it would begin to wait for changes. */
async function rehearse(carryOut: CarryOut): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'dirsync-standby-'));
  const nowhere = openSync('/dev/null', 'w');
  const enough = new AbortController();
  const output = new Output(nowhere, () => enough.abort());
  const line = output.line.bind(output);
  output.line = (text) => {
    line(text);
    if (text.startsWith('Watching directory')) enough.abort();
  };
  try {
    const roots = ['source', 'destination'].map((name) => join(folder, name));
    for (const root of roots) mkdirSync(root);
    await carryOut(roots.map(bytesOf), output, enough.signal);
  } finally {
    await output.close();
    closeSync(nowhere);
    rmSync(folder, { recursive: true });
  }
}

/** Blocks: a program that stands by has nothing else to do. Byte by byte, for what follows is not ours. */
function readLine(fd: number): string {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  while (readSync(fd, byte) === 1 && byte[0] !== NEWLINE) bytes.push(byte[0] ?? 0);
  return Buffer.from(bytes).toString();
}
