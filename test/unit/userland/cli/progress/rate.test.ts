import t from 'tap';
import { Rate } from '../../../../../userland/src/cli/progress/rate.ts';

void t.test('growth in a second, of the last five', async (t) => {
  const rate = new Rate();
  t.equal(rate.perSecond, null, 'nothing is known');
  rate.add(0, 0);
  rate.add(100, 1000);
  t.equal(rate.perSecond, null, 'it is too early');
  rate.add(1000, 1000);
  t.equal(rate.perSecond, 1000);
  for (let second = 2; second <= 20; second += 1) rate.add(second * 1000, 1000 + (second - 1) * 50);
  t.equal(rate.perSecond, 50, 'what was long ago does not count');
});

void t.test('what was copied in vain takes nothing back', async (t) => {
  const rate = new Rate();
  rate.add(0, 500);
  rate.add(1000, 200);
  t.equal(rate.perSecond, 0);
  t.equal(rate.value, 500);
});
