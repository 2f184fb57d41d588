import t from 'tap';
import { median } from '../../../../vm/results/statistics.ts';

void t.test('the median of an odd and of an even number of values, in any order', (t) => {
  t.equal(median([10, 9, 1]), 9, 'by size, not by spelling');
  t.equal(median([4, 1, 100, 2]), 3);
  t.equal(median([7]), 7);
  t.equal(median([]), 0);
  t.end();
});

void t.test('the values stay in their order', (t) => {
  const values = [3, 1, 2];
  median(values);
  t.same(values, [3, 1, 2]);
  t.end();
});
