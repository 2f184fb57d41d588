/**
 * The records in which a comparison of two directories comes back, whether the kernel or the addon made them.
 *
 * The layout is that of `struct dirsync_hdr` and `struct dirsync_rec` of linux/dirsync.h in the patch series: native byte
 * order (little-endian on x86_64), records padded to 8 bytes, each name followed by at least one NUL.
 */
import type { ByteString, FileType } from '../native/addon.ts';

/** In what a destination entry differs from its source entry. */
export const DIFF = {
  /** There is no such name in the destination. */
  MISSING: 0x1,
  /** Another file type; nothing else is compared then. */
  TYPE: 0x2,
  /** Regular files only. */
  SIZE: 0x4,
  /** Everything but directories, whose mtime changes with their children. */
  MTIME: 0x8,
  /** Permission bits; everything but symlinks. */
  MODE: 0x10,
  /** uid or gid. */
  OWNER: 0x20,
  /** The target of a symlink. */
  LINK: 0x40,
  /** Device numbers of a block or character device. */
  RDEV: 0x80,
  /** Not different, but so young (`racyNs`) that a write within the same clock tick would not show. */
  RACY: 0x100,
} as const;

/** What to return beside differences. */
export const REPORT = {
  /** Every subdirectory, so that the caller can go down without listing the directory again. */
  DIRECTORIES: 0x1_0000,
  /** Every entry. */
  ALL: 0x2_0000,
  /** All but directories that have more than one name. */
  LINKED: 0x4_0000,
} as const;

/** Header flags. */
export const HEADER = {
  /** The source directory is read to its end. */
  EOF: 0x1,
  /** Stopped before the end for want of room, or at maxEntries. */
  SHORT: 0x2,
} as const;

/** Record flags. */
export const RECORD = {
  /** `err` is what the destination said, not the source. */
  ERROR_IN_DESTINATION: 0x1,
} as const;

/** `DSYN`, in memory order. */
export const MAGIC = 0x4e59_5344;
export const HEADER_SIZE = 32;
const NAME_OFFSET = 64;

export interface CompareHeader {
  readonly flags: number;
  readonly records: number;
  /** Names of the source that were looked at. */
  readonly scanned: number;
  /** Names that were gone before their attributes could be read. */
  readonly vanished: number;
  readonly errors: number;
}

/** One entry of the source directory, with the source's attributes. */
export interface EntryRecord {
  readonly name: ByteString;
  readonly type: FileType;
  /** Bits of `DIFF`; 0 when only `REPORT` asked for it. */
  readonly diff: number;
  /** 0, or the errno for which it could not be compared: `-errno`, as Node has it. */
  readonly errno: number;
  readonly errorSide: 'source' | 'destination';
  /** False after an error of the source: then only `name` and `type` count. */
  readonly hasAttributes: boolean;
  readonly ino: bigint;
  readonly size: number;
  readonly mtimeSec: number;
  readonly mtimeNsec: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
}

/** Reads what `Addon.compareDirs` wrote. Throws when `bytes` is no such buffer: it would be a bug of the producer. */
export function decodeRecords(bytes: Uint8Array): { header: CompareHeader; records: EntryRecord[] } {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < HEADER_SIZE || view.readUInt32LE(0) !== MAGIC)
    throw new Error('no dirsync record buffer');
  const header: CompareHeader = {
    flags: view.readUInt32LE(4),
    records: view.readUInt32LE(8),
    scanned: view.readUInt32LE(12),
    vanished: view.readUInt32LE(16),
    errors: view.readUInt32LE(20),
  };
  const records: EntryRecord[] = [];
  let at = HEADER_SIZE;
  while (at < view.length) {
    const length = view.readUInt16LE(at);
    if (length <= NAME_OFFSET || at + length > view.length)
      throw new Error(`bad record length ${length} at ${at}`);
    records.push(decodeRecord(view, at));
    at += length;
  }
  if (records.length !== header.records)
    throw new Error(`${header.records} records promised, ${records.length} found`);
  return { header, records };
}

function decodeRecord(view: Buffer, at: number): EntryRecord {
  const nameLength = view.readUInt16LE(at + 2);
  return {
    name: view.toString('latin1', at + NAME_OFFSET, at + NAME_OFFSET + nameLength),
    type: view.readUInt8(at + 4) as FileType,
    errorSide: (view.readUInt8(at + 5) & RECORD.ERROR_IN_DESTINATION) === 0 ? 'source' : 'destination',
    errno: view.readInt16LE(at + 6),
    diff: view.readUInt32LE(at + 8),
    hasAttributes: view.readUInt32LE(at + 12) !== 0,
    ino: view.readBigUInt64LE(at + 16),
    size: Number(view.readBigUInt64LE(at + 24)),
    mtimeSec: Number(view.readBigInt64LE(at + 32)),
    mtimeNsec: view.readUInt32LE(at + 40),
    mode: view.readUInt32LE(at + 44),
    uid: view.readUInt32LE(at + 48),
    gid: view.readUInt32LE(at + 52),
    nlink: view.readUInt32LE(at + 56),
  };
}
