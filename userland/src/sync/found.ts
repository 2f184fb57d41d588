/** What a walk found, read from its batches: the layout is that of `struct walk_found` of native/walk.h. */
import type { ByteString } from '../native/addon.ts';

export const FOUND = {
  /** Something in the directory differs, or may do. */
  DIFFERS: 1,
  /** Its own mode, owner or mtime differ. */
  ATTRIBUTES: 2,
  /** The kernel grants no more watches. */
  UNWATCHED: 4,
  /** It was not walked: this name of its parent is to be looked at, and all below. It has no id. */
  LEFT: 8,
  /** A file in it was changed after the time that was asked for. */
  RECENT: 16,
  /** It could not be read to its end: directories below it may not have been walked. */
  UNREAD: 32,
} as const;

export interface Found {
  /** Counted from 0, the root. */
  readonly id: number;
  /** The id of its parent, which always comes before it. */
  readonly parent: number;
  /** Watch descriptor; 0: none. */
  readonly wd: number;
  /** Bits of `FOUND`. */
  readonly flags: number;
  readonly name: ByteString;
}

const HEADER_BYTES = 4;
const NAME_OFFSET = 16;

/** Whether nothing comes after this batch. */
export function isLastBatch(batch: Uint8Array): boolean {
  return batch[0] === 1;
}

/** Hands out each finding of a batch, in order. */
export function decodeFound(batch: Uint8Array, each: (found: Found) => void): void {
  const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
  for (let at = HEADER_BYTES; at < bytes.length;) {
    const length = bytes.readUInt16LE(at + 14);
    const end = at + NAME_OFFSET + length;
    each({
      id: bytes.readUInt32LE(at),
      parent: bytes.readUInt32LE(at + 4),
      wd: bytes.readInt32LE(at + 8),
      flags: bytes.readUInt16LE(at + 12),
      name: bytes.toString('latin1', at + NAME_OFFSET, end),
    });
    at = (end + 3) & ~3;
  }
}
