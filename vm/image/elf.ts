/** The little that has to be known of an executable's format, see elf(5). */
import { open } from 'node:fs/promises';

const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const CLASS_64 = 2;
const PT_INTERP = 3;
/** Of a 64-bit executable, in bytes. */
const PROGRAM_HEADER_SIZE = 56;

/**
 * The dynamic loader that a 64-bit little-endian executable asks for (its PT_INTERP), as an absolute path; undefined
 * for a static one, and for what is no such executable, e.g. a script.
 *
 * @throws the system's error when `path` cannot be read
 */
export async function interpreterOf(path: string): Promise<string | undefined> {
  await using file = await open(path);
  const read = async (position: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  };
  const header = await read(0, 64);
  if (header.length < 64 || !header.subarray(0, 4).equals(MAGIC) || header[4] !== CLASS_64) return undefined;
  const offset = Number(header.readBigUInt64LE(32));
  const entrySize = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  if (entrySize < PROGRAM_HEADER_SIZE) return undefined;
  const table = await read(offset, entrySize * count);
  for (let at = 0; at + entrySize <= table.length; at += entrySize) {
    if (table.readUInt32LE(at) !== PT_INTERP) continue;
    const text = await read(Number(table.readBigUInt64LE(at + 8)), Number(table.readBigUInt64LE(at + 32)));
    return text.toString().replace(/\0.*$/s, '');
  }
  return undefined;
}
