/**
 * Reads the log that QEMU's blklogwrites driver keeps of a disk: every write, discard and flush, in the order in which they
 * were completed.
 *
 * The format is that of Linux's dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst and
 * drivers/md/dm-log-writes.c): a superblock of one sector, then for each entry one sector that describes it, followed by the
 * sectors that were written; a discard has none. All numbers are little-endian. QEMU brings the number of entries in the
 * superblock up to date at flushes only, so the entries are followed to the end of the file instead.
 */
import type { FileHandle } from 'node:fs/promises';
import { HarnessError } from '../errors.ts';

const MAGIC = 0x6a736677736872n;
const VERSION = 1n;
/** Of the superblock (magic, version, nr_entries, sectorsize) and of an entry (sector, nr_sectors, flags, data_len). */
const HEADER_BYTES = 32;

const FLUSH = 1n;
const FUA = 2n;
const DISCARD = 4n;
const MARK = 8n;

/** One entry; `offset` and `length` are bytes on the disk. */
export type LogEntry =
  | { readonly kind: 'flush' }
  | { readonly kind: 'discard'; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'write';
      readonly offset: number;
      readonly data: Buffer;
      /** On the medium when it completed, whatever is flushed. */
      readonly fua: boolean;
    };

/** The log is none, or was damaged before its end. */
export class WriteLogError extends HarnessError {
  constructor(found: string) {
    super('INFRA', {
      code: 'WRITE_LOG',
      tried: 'read what QEMU recorded of a disk',
      found,
      hint: 'give the log of a disk with `record: true`, after its guest has ended',
    });
  }
}

/**
 * The entries of the log in `file`, from first to last. What a QEMU that was killed was just writing is left out.
 *
 * @throws WriteLogError when this is no such log
 */
export async function* readWriteLog(file: FileHandle): AsyncGenerator<LogEntry> {
  const header = Buffer.alloc(HEADER_BYTES);
  const { size } = await file.stat();
  if (size === 0) return;
  const sectorSize = await readSuperblock(file, header);
  for (let at = sectorSize; at + HEADER_BYTES <= size;) {
    await file.read(header, 0, HEADER_BYTES, at);
    const [sector, sectors, flags] = [0, 8, 16].map((field) => header.readBigUInt64LE(field));
    // A hole: QEMU writes at several places at once, and had not come to this one.
    if (flags === 0n && sectors === 0n) return;
    const length = Number(sectors) * sectorSize;
    const offset = Number(sector) * sectorSize;
    at += sectorSize;
    if ((flags! & FLUSH) !== 0n) yield { kind: 'flush' };
    if ((flags! & DISCARD) !== 0n) {
      yield { kind: 'discard', offset, length };
      continue;
    }
    if ((flags! & MARK) !== 0n) throw new WriteLogError(`a mark, which QEMU never writes, at byte ${at}`);
    if (length === 0) continue;
    if (at + length > size) return;
    const data = Buffer.alloc(length);
    await file.read(data, 0, length, at);
    at += length;
    yield { kind: 'write', offset, data, fua: (flags! & FUA) !== 0n };
  }
}

async function readSuperblock(file: FileHandle, header: Buffer): Promise<number> {
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  if (bytesRead < HEADER_BYTES) throw new WriteLogError(`only ${bytesRead} bytes`);
  // All zeroes: no flush has come yet. QEMU's sectors are then those that it uses when it is told nothing else.
  if (header.every((byte) => byte === 0)) return 512;
  if (header.readBigUInt64LE(0) !== MAGIC || header.readBigUInt64LE(8) !== VERSION) {
    throw new WriteLogError('another magic number or version in its superblock');
  }
  return header.readUInt32LE(24);
}
