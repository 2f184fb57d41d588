/**
 * The names of files that are being written: `.dirsync-xxxxxxxx.tmp`.
 *
 * The pattern is reserved on both sides. In the destination such a file is a leftover and is swept; in the source it is
 * never mirrored, for there it is the unfinished file of another dirsync. 21 bytes whatever the target's name is, so a
 * target of 255 bytes can be written, too.
 */
import type { ByteString } from '../native/addon.ts';

const RESERVED = /^\.dirsync-[0-9a-f]{8}\.tmp$/;

export function isReserved(name: ByteString): boolean {
  return RESERVED.test(name);
}

/** The reserved name of a number below 2^32. */
export function reservedName(id: number): ByteString {
  return `.dirsync-${id.toString(16).padStart(8, '0')}.tmp`;
}
