/** Measurements as a table. */
import t from 'tap';
import { summarise, tableLines } from '../../../../vm/bench/table.ts';

const VALUES = [
  { arm: 'old', value: 100 },
  { arm: 'new', value: 20 },
  { arm: 'old', value: 300 },
  { arm: 'new', value: 30 },
  { arm: 'old', value: 200 },
];

void t.test('medians, ranges, and ratios to the first arm', async (t) => {
  t.same(summarise(VALUES), [
    { arm: 'old', median: 200, min: 100, max: 300, ratio: 1 },
    { arm: 'new', median: 25, min: 20, max: 30, ratio: 0.125 },
  ]);
  t.same(summarise([]), []);
});

void t.test('columns are aligned', async (t) => {
  t.same(tableLines('boot', 'ms', summarise(VALUES)), [
    'boot  median ms       range  ratio',
    'old         200  100 to 300  1.00x',
    'new          25    20 to 30  0.13x',
  ]);
});
