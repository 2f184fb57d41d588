import t from 'tap';
import { bytes, duration, moment, things } from '../../../../../userland/src/cli/progress/amounts.ts';

void t.test('three digits, whatever the size', async (t) => {
  for (const [count, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9994, '9.99 kB'],
    [9996, '10.0 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1.5e9, '1.50 GB'],
    [2e18, '2000 PB'],
  ] as const)
    t.equal(bytes(count), text);
});

void t.test('things, and times', async (t) => {
  t.equal(things(1, 'file', 'files'), '1 file');
  t.equal(things(0, 'file', 'files'), '0 files');
  t.equal(things(1_234_567, 'file', 'files'), '1,234,567 files');
  t.equal(duration(4.2), '0:05');
  t.equal(duration(754), '12:34');
  t.equal(duration(11_045), '3:04:05');
  t.equal(moment(new Date(2026, 10, 5, 7, 8, 9).getTime()), 'Nov 5 07:08:09');
});
