import { truncateSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { MARK_BYTES } from '../../../../vm/faults/marks.ts';
import { powerCuts, type PowerCutOptions } from '../../../../vm/faults/power-cut.ts';
import type { LogEntry } from '../../../../vm/faults/write-log.ts';
import { FLUSH, write, writeLogFile } from './fake-log.ts';

const SIZE = 64 * 1024;
const dir = t.testdir();
const disk = { path: `${dir}/disk.img`, log: `${dir}/disk.log` };
writeFileSync(disk.path, '');
truncateSync(disk.path, SIZE);

function mark(text: string): LogEntry {
  const data = Buffer.alloc(512);
  data.write(`dirsync-mark\n${text}`);
  return { kind: 'write', offset: SIZE - MARK_BYTES, data, fua: false };
}

/** Of each cut: what was announced, and the byte in each of the first sectors. */
async function cutsOf(
  entries: readonly LogEntry[],
  options?: PowerCutOptions,
): Promise<{ announced: string; sectors: number[]; name: string }[]> {
  writeLogFile(disk.log, entries);
  const cuts = [];
  for await (const { announced, image, name } of powerCuts(disk, options)) {
    const sectors = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((sector) => image.readUInt8(sector * 512));
    cuts.push({ announced: announced.join(' '), sectors, name });
  }
  return cuts;
}

void t.test('before a flush has ended nothing is certain, and all that was announced is due', async (t) => {
  const entries = [write(0, 1, 1), FLUSH, mark('one'), write(1, 1, 2), mark('two'), FLUSH, write(2, 1, 3)];
  const cuts = await cutsOf(entries, { torn: 0 });
  t.match(cuts, [
    { announced: '', sectors: [0, 0, 0] },
    { announced: 'one two', sectors: [1, 0, 0] },
    { announced: 'one two', sectors: [1, 2, 0] },
  ]);
});

void t.test('begins at a mark', async (t) => {
  const entries = [write(0, 1, 1), FLUSH, mark('begin'), FLUSH, write(1, 1, 2)];
  const cuts = await cutsOf(entries, { from: 'begin', torn: 0 });
  t.strictSame(
    cuts.map(({ name }) => name),
    ['after flush 1, with nothing unflushed', 'after flush 2, with nothing unflushed'],
  );
  await t.rejects(cutsOf(entries, { from: 'start' }), { code: 'WRITE_LOG', message: /only: begin/ });
});

void t.test('a write with FUA is there when it has ended, a discard is a write', async (t) => {
  const gone: LogEntry = { kind: 'discard', offset: 0, length: 512 };
  const cuts = await cutsOf([write(0, 2, 1), FLUSH, write(2, 1, 2, true), gone, FLUSH], { torn: 0 });
  t.match(cuts.at(-2), { sectors: [1, 1, 2] });
  t.match(cuts.at(-1), { sectors: [0, 1, 2] });
});

void t.test('every part of what was unflushed can be left, and the seed says which', async (t) => {
  const entries = [write(0, 1, 1), write(1, 1, 2), write(2, 1, 3), write(7, 2, 4)];
  const some = await cutsOf(entries, { torn: 300, seed: 7 });
  t.strictSame(await cutsOf(entries, { torn: 300, seed: 7 }), some);
  t.not(JSON.stringify(await cutsOf(entries, { torn: 300, seed: 8 })), JSON.stringify(some));
  const states = new Set(some.map(({ sectors }) => sectors.join('')));
  for (const a of [0, 1]) {
    for (const b of [0, 2]) {
      // The last one lies over a boundary of 4096 bytes, and can be torn there.
      for (const c of [0, 3]) for (const d of ['00', '44', '40']) states.delete(`${a}${b}${c}0000${d}`);
    }
  }
  t.strictSame([...states], [], 'no state that a disk cannot be in');
  t.equal(new Set(some.map(({ sectors }) => sectors.join(''))).size, 24, 'and each that it can');
});

void t.test('a disk of 512-byte sectors tears between them', async (t) => {
  const cuts = await cutsOf([write(0, 2, 1)], { torn: 50, sectorBytes: 512 });
  t.ok(cuts.some(({ sectors: [first, second] }) => first === 1 && second === 0));
  const modern = await cutsOf([write(0, 2, 1)], { torn: 50 });
  t.notOk(modern.some(({ sectors: [first, second] }) => first !== second));
});

void t.test('a disk that was not recorded', async (t) => {
  await t.rejects(powerCuts({ path: disk.path }).next(), { code: 'WRITE_LOG', message: /was not recorded/ });
});
