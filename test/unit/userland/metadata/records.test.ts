import * as fc from 'fast-check';
import t from 'tap';
import {
  decodeRecords,
  HEADER,
  HEADER_SIZE,
  MAGIC,
  RECORD,
  type EntryRecord,
} from '../../../../userland/src/metadata/records.ts';

/** Written from the struct in linux/dirsync.h, not from the decoder. */
function encode(flags: number, records: readonly EntryRecord[]): Buffer {
  const header = Buffer.alloc(HEADER_SIZE);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(flags, 4);
  header.writeUInt32LE(records.length, 8);
  header.writeUInt32LE(7, 12);
  header.writeUInt32LE(8, 16);
  header.writeUInt32LE(9, 20);
  const encoded = records.map((record) => {
    const length = Math.ceil((64 + record.name.length + 1) / 8) * 8;
    const bytes = Buffer.alloc(length);
    bytes.writeUInt16LE(length, 0);
    bytes.writeUInt16LE(record.name.length, 2);
    bytes.writeUInt8(record.type, 4);
    bytes.writeUInt8(record.errorSide === 'destination' ? RECORD.ERROR_IN_DESTINATION : 0, 5);
    bytes.writeInt16LE(record.errno, 6);
    bytes.writeUInt32LE(record.diff, 8);
    bytes.writeUInt32LE(record.hasAttributes ? 0x35f : 0, 12);
    bytes.writeBigUInt64LE(record.ino, 16);
    bytes.writeBigUInt64LE(BigInt(record.size), 24);
    bytes.writeBigInt64LE(BigInt(record.mtimeSec), 32);
    for (const [i, value] of [record.mtimeNsec, record.mode, record.uid, record.gid, record.nlink].entries())
      bytes.writeUInt32LE(value, 40 + 4 * i);
    bytes.write(record.name, 64, 'latin1');
    return bytes;
  });
  return Buffer.concat([header, ...encoded]);
}

const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code));
const record: fc.Arbitrary<EntryRecord> = fc.record(
  {
    name: fc.string({ unit: byte, minLength: 1, maxLength: 255 }),
    type: fc.constantFrom(1, 2, 4, 6, 8, 10, 12),
    diff: u32,
    errno: fc.integer({ min: -4095, max: 0 }),
    errorSide: fc.constantFrom('source', 'destination'),
    hasAttributes: fc.boolean(),
    ino: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    size: fc.maxSafeNat(),
    mtimeSec: fc.maxSafeInteger(),
    mtimeNsec: fc.integer({ min: 0, max: 999_999_999 }),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: u32,
    gid: u32,
    nlink: u32,
  },
  { noNullPrototype: true },
);

void t.test('what is encoded comes back, wherever the buffer lies', async (t) => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 20 }), fc.nat(9), u32, (records, offset, flags) => {
      const bytes = Buffer.concat([Buffer.alloc(offset), encode(flags, records)]).subarray(offset);
      const decoded = decodeRecords(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      t.strictSame(decoded.header, { flags, records: records.length, scanned: 7, vanished: 8, errors: 9 });
      t.strictSame(decoded.records, records);
    }),
    { numRuns: 50 },
  );
});

void t.test('what is no such buffer is refused', async (t) => {
  const good = encode(HEADER.EOF, [fc.sample(record, { numRuns: 1, seed: 1 })[0] as EntryRecord]);
  t.throws(() => decodeRecords(Buffer.alloc(100)), { message: 'no dirsync record buffer' });
  t.throws(() => decodeRecords(good.subarray(0, 31)), { message: 'no dirsync record buffer' });
  t.throws(() => decodeRecords(good.subarray(0, -1)), { message: /bad record length \d+ at 32/ });
  t.throws(() => decodeRecords(good.subarray(0, 32)), { message: '1 records promised, 0 found' });
});
