import t from 'tap';
import type { KernelBuild } from '../../../../vm/kernel/build.ts';
import { readRunPlan, runPlan, writeRunPlan } from '../../../../vm/run/plan.ts';

void t.test('what a run writes is what its test files read', async (t) => {
  const runDir = t.testdir();
  const files = { bzImage: '/cache/bzImage', vmlinux: '/cache/vmlinux' };
  const prepared = {
    kernels: new Map([['stock', files as KernelBuild] as const]),
    initramfs: { path: '/cache/initramfs.cpio', sha256: '00' },
    syncer: '/cache/dirsync',
  };
  const plan = runPlan(prepared, { flavour: 'stock', runDir, memoryMiB: 512, accel: 'tcg', dump: false });
  t.same(plan.kernels, { stock: files }, 'a flavour that was not built is absent');
  t.same(await readRunPlan(await writeRunPlan(plan)), plan);
});
