/** The members of a cpio archive of the kernel's "newc" format, see vm/image/cpio.ts, which writes it. */
import type { Region } from './region.ts';

const HEADER_SIZE = 110;
/** Of the fields behind the magic, 8 hex digits each. */
const FILE_SIZE_FIELD = 6;
const NAME_SIZE_FIELD = 11;

/** One region a member, header and content; undefined for another kind of file. */
export function newcRegions(file: Buffer): Region[] | undefined {
  if (file.toString('latin1', 0, 6) !== '070701') return undefined;
  const regions: Region[] = [];
  for (let start = 0; file.toString('latin1', start, start + 6) === '070701';) {
    const field = (index: number): number =>
      Number.parseInt(file.toString('latin1', start + 6 + index * 8, start + 14 + index * 8), 16);
    const nameEnd = start + HEADER_SIZE + field(NAME_SIZE_FIELD);
    const name = file.toString('utf8', start + HEADER_SIZE, nameEnd - 1);
    const end = padded(padded(nameEnd) + field(FILE_SIZE_FIELD));
    regions.push({ name, start, end });
    start = end;
  }
  return regions;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}
