/**
 * The command line as bytes.
 *
 * Node decodes its arguments as UTF-8 and replaces what is none, so a root with an odd name could not be named. The
 * kernel has the bytes: /proc/self/cmdline holds all arguments, each ended by NUL, ours last.
 */
import { readFileSync } from 'node:fs';
import { bytesOf } from '../native/names.ts';
import type { ByteString } from '../native/addon.ts';

const CMDLINE = '/proc/self/cmdline';

/** `decoded`: the arguments as Node has them, which hold when the kernel's do not fit them or cannot be read. */
export function byteArguments(decoded: readonly string[], cmdline: Uint8Array | null): ByteString[] {
  const raw = cmdline === null ? [] : lastOf(Buffer.from(cmdline), decoded.length);
  if (raw.length === decoded.length && raw.every((bytes, at) => bytes.toString('utf8') === decoded[at]))
    return raw.map((bytes) => bytes.toString('latin1'));
  return decoded.map((argument) => bytesOf(argument));
}

/** What the kernel has; null without /proc. */
export function readCmdline(): Uint8Array | null {
  try {
    return readFileSync(CMDLINE);
  } catch {
    return null;
  }
}

function lastOf(cmdline: Buffer, count: number): Buffer[] {
  const pieces: Buffer[] = [];
  let end = cmdline.length - 1;
  while (pieces.length < count && end >= 0) {
    const start = end === 0 ? 0 : cmdline.lastIndexOf(0, end - 1) + 1;
    pieces.unshift(cmdline.subarray(start, end));
    end = start - 1;
  }
  return pieces;
}
