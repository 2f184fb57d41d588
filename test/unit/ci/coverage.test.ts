import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { belowFloor, readSummary } from '../../../ci/coverage.ts';

void t.test('full coverage is above the floor, none is below it in every way', (t) => {
  t.same(belowFloor({ total: { lines: { pct: 100 }, branches: { pct: 100 } } }), []);
  const low = belowFloor({ total: { lines: { pct: 100 }, branches: { pct: 12.5 } } });
  t.match(low, [/^12\.5 % of branches covered, below \d+ %$/]);
  t.end();
});

void t.test('a summary that was not written counts as none', async (t) => {
  const dir = t.testdir();
  t.equal(belowFloor(await readSummary(dir)).length, 2);
  await mkdir(join(dir, '.tap', 'report'), { recursive: true });
  const full = { total: { lines: { pct: 100 }, branches: { pct: 100 } } };
  await writeFile(join(dir, '.tap', 'report', 'coverage-summary.json'), JSON.stringify(full));
  t.same(belowFloor(await readSummary(dir)), []);
});
