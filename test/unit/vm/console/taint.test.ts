import t from 'tap';
import { newTaint } from '../../../../vm/console/taint.ts';

void t.test('only what is new, in words', async (t) => {
  t.strictSame(newTaint(0, 0), []);
  t.strictSame(newTaint(512, 512), []);
  t.strictSame(newTaint(512, 512 + 128), ['D (the kernel died: there was an oops or a BUG)']);
  t.match(newTaint(0, 1 << 14), [/^L .*soft lockup/]);
  t.match(newTaint(0, 32 + 512), [/^B /, /^W /]);
  t.match(newTaint(0, 2 ** 31), [/^31 \(a flag that Linux 6.1 does not know\)/]);
});
