import { deepStrictEqual } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import * as fc from 'fast-check';
import t from 'tap';
import { type LogEntry, readWriteLog } from '../../../../vm/faults/write-log.ts';
import { FLUSH, logBytes, write } from './fake-log.ts';

const path = `${t.testdir()}/log`;

async function read(bytes: Buffer): Promise<LogEntry[]> {
  writeFileSync(path, bytes);
  await using file = await open(path);
  const entries: LogEntry[] = [];
  for await (const found of readWriteLog(file)) entries.push(found);
  return entries;
}

function sectors(min: number): fc.Arbitrary<number> {
  return fc.integer({ min, max: 1 << 20 }).map((count) => count * 512);
}

const entry: fc.Arbitrary<LogEntry> = fc.oneof(
  fc.constant(FLUSH),
  fc.tuple(sectors(0), sectors(1)).map(([offset, length]) => ({ kind: 'discard' as const, offset, length })),
  fc
    .tuple(fc.nat(1000), fc.integer({ min: 1, max: 9 }), fc.nat(255), fc.boolean())
    .map(([sector, count, byte, fua]) => write(sector, count, byte, fua)),
);

void t.test('what was logged is read, and what was cut off is left out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry), fc.boolean(), fc.nat(20), async (entries, superblock, lost) => {
      deepStrictEqual(await read(logBytes(entries, superblock)), entries);
      // QEMU was killed while it wrote the last entries; the superblock's sector is there from the first one on.
      const whole = logBytes(entries, superblock);
      const rest = await read(whole.subarray(0, Math.max(512, whole.length - lost * 100)));
      deepStrictEqual(rest, entries.slice(0, rest.length));
    }),
    { numRuns: 50 },
  );
});

void t.test('ends at a hole', async (t) => {
  const hole = Buffer.concat([logBytes([FLUSH]), Buffer.alloc(1024), logBytes([FLUSH]).subarray(512)]);
  t.strictSame(await read(hole), [FLUSH]);
});

void t.test('nothing was written', async (t) => {
  t.strictSame(await read(Buffer.alloc(0)), []);
  t.strictSame(await read(logBytes([])), []);
});

void t.test('refuses what is no such log', async (t) => {
  const refused = { code: 'WRITE_LOG', verdict: 'INFRA' };
  await t.rejects(read(Buffer.from('ext4')), refused);
  await t.rejects(read(Buffer.alloc(4096, 1)), refused);
  const marked = logBytes([write(1, 1, 0)]);
  marked.writeBigUInt64LE(8n, 512 + 16);
  await t.rejects(read(marked), { ...refused, message: /a mark, which QEMU never writes/ });
});
