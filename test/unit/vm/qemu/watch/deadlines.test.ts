import t from 'tap';
import { deadlinesFor } from '../../../../../vm/qemu/watch/deadlines.ts';

const HERE = { host: 1, kernel: 1 };

void t.test('TCG is given more time, and more on a slow host', async (t) => {
  const here = deadlinesFor('tcg', HERE);
  t.ok(here.bootMs > deadlinesFor('kvm', HERE).bootMs);
  t.equal(deadlinesFor('tcg', { host: 4, kernel: 1 }).bootMs, 4 * here.bootMs);
  t.strictSame(
    deadlinesFor('kvm', { host: 4, kernel: 1 }),
    deadlinesFor('kvm', HERE),
    'KVM emulates nothing',
  );
});

void t.test('a kernel that checks itself is given more time under each accelerator', async (t) => {
  for (const accel of ['kvm', 'tcg'] as const) {
    t.equal(deadlinesFor(accel, { host: 1, kernel: 3 }).exitMs, 3 * deadlinesFor(accel, HERE).exitMs);
  }
});

void t.test("the beat stays above the kernel's own detectors, and does not grow", async (t) => {
  t.ok(deadlinesFor('kvm', HERE).beatMs > 21_000, 'an RCU stall is reported after 21 s');
  t.equal(deadlinesFor('tcg', { host: 4, kernel: 3 }).beatMs, deadlinesFor('kvm', HERE).beatMs);
});

void t.test('options win', async (t) => {
  const { exitMs } = deadlinesFor('tcg', HERE);
  t.match(deadlinesFor('tcg', HERE, { bootMs: 7 }), { bootMs: 7, exitMs });
});

void t.test(
  'a guest whose clock counts instructions beats by that clock, slower on a slow host',
  async (t) => {
    const counting = { ...HERE, icount: true };
    t.ok(deadlinesFor('tcg', counting).bootMs > deadlinesFor('tcg', HERE).bootMs);
    t.ok(deadlinesFor('tcg', counting).beatMs > deadlinesFor('tcg', HERE).beatMs);
    t.equal(deadlinesFor('tcg', { ...counting, host: 4 }).beatMs, 4 * deadlinesFor('tcg', counting).beatMs);
  },
);
