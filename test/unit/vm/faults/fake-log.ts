/** Writes a log as QEMU's blklogwrites does, for tests of what reads it: from the format's description, not from the reader. */
import { writeFileSync } from 'node:fs';
import type { LogEntry } from '../../../../vm/faults/write-log.ts';

const SECTOR = 512;

function header(fields: readonly bigint[]): Buffer {
  const sector = Buffer.alloc(SECTOR);
  for (const [index, field] of fields.entries()) sector.writeBigUInt64LE(field, index * 8);
  return sector;
}

export function logBytes(entries: readonly LogEntry[], superblock = true): Buffer {
  const parts = entries.flatMap((entry) => {
    if (entry.kind === 'flush') return [header([0n, 0n, 1n, 0n])];
    const length = entry.kind === 'write' ? entry.data.length : entry.length;
    const flags = entry.kind === 'discard' ? 4n : entry.fua ? 2n : 0n;
    const description = header([BigInt(entry.offset / SECTOR), BigInt(length / SECTOR), flags, 0n]);
    return entry.kind === 'write' ? [description, entry.data] : [description];
  });
  const top = superblock
    ? header([0x6a736677736872n, 1n, BigInt(entries.length), BigInt(SECTOR)])
    : Buffer.alloc(SECTOR);
  return Buffer.concat([top, ...parts]);
}

export function writeLogFile(path: string, entries: readonly LogEntry[]): void {
  writeFileSync(path, logBytes(entries));
}

/** A write of `sectors` sectors full of one byte. */
export function write(sector: number, sectors: number, byte: number, fua = false): LogEntry {
  return { kind: 'write', offset: sector * SECTOR, data: Buffer.alloc(sectors * SECTOR, byte), fua };
}

export const FLUSH: LogEntry = { kind: 'flush' };
