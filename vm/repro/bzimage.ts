/** The parts of a bzImage, see Documentation/x86/boot.rst: 16-bit setup code, the decompressor, the compressed kernel in it. */
import type { Region } from './region.ts';

const SECTOR = 512;
/** Where the setup header lies; its last byte is given by the jump over it. */
const HEADER = { start: 0x1f1, jumpOffset: 0x201, jumpBase: 0x202, magic: 0x202 };
/** Since protocol 2.08: where the compressed kernel is, from the start of the protected-mode code. */
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;

/** The parts in the file's order; undefined for another kind of file. */
export function bzImageRegions(file: Buffer): Region[] | undefined {
  if (file.length < 2 * SECTOR || file.toString('latin1', HEADER.magic, HEADER.magic + 4) !== 'HdrS')
    return undefined;
  const headerEnd = HEADER.jumpBase + file.readUInt8(HEADER.jumpOffset);
  // 0 means 4, as in the oldest boot loaders.
  const kernel = ((file.readUInt8(HEADER.start) || 4) + 1) * SECTOR;
  const payload = kernel + file.readUInt32LE(PAYLOAD_OFFSET);
  const payloadEnd = payload + file.readUInt32LE(PAYLOAD_LENGTH);
  return [
    { name: 'boot sector', start: 0, end: HEADER.start },
    { name: 'setup header', start: HEADER.start, end: headerEnd },
    { name: 'setup code', start: headerEnd, end: kernel },
    { name: 'decompressor', start: kernel, end: payload },
    { name: 'compressed vmlinux', start: payload, end: payloadEnd },
    { name: "the decompressor's data", start: payloadEnd, end: file.length },
  ];
}
