/** The sections of a 64-bit little-endian ELF file, see elf(5). */
import type { Region } from './region.ts';

const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
/** Its section takes no room in the file (.bss). */
const SHT_NOBITS = 8;

/** One region a section, in the file's order; undefined for another kind of file. */
export function elfRegions(file: Buffer): Region[] | undefined {
  if (file.length < 64 || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const table = Number(file.readBigUInt64LE(0x28));
  const [entrySize, count, namesIndex] = [0x3a, 0x3c, 0x3e].map((at) => file.readUInt16LE(at));
  if (entrySize === undefined || count === undefined || namesIndex === undefined) return undefined;
  const headers = Array.from({ length: count }, (_, index) => {
    const at = table + index * entrySize;
    return {
      name: file.readUInt32LE(at),
      type: file.readUInt32LE(at + 4),
      start: Number(file.readBigUInt64LE(at + 0x18)),
      size: Number(file.readBigUInt64LE(at + 0x20)),
    };
  });
  const names = headers[namesIndex]?.start ?? 0;
  return headers
    .filter(({ type, size }) => type !== SHT_NOBITS && size > 0)
    .map(({ name, start, size }) => ({ name: stringAt(file, names + name), start, end: start + size }));
}

function stringAt(file: Buffer, at: number): string {
  return file.toString('latin1', at, file.indexOf(0, at));
}
