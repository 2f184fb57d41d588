/** What the host can do wrong: it is INFRA, and says what to do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bootVm } from '../../vm/qemu/boot.ts';
import { currentRunPlan, plannedKernel } from '../helpers/run-plan.ts';
import { boot, recordingContext, vmErrorOf } from './guest.ts';

void t.test('a kernel that is none', async (t) => {
  const kernel = join(t.testdir(), 'bzImage');
  writeFileSync(kernel, Buffer.alloc(100_000, 'x'));
  await t.rejects(boot(await recordingContext(t), { kernel }), { code: 'KERNEL_INVALID', verdict: 'INFRA' });
});

void t.test('files that are missing', async (t) => {
  const ctx = await recordingContext(t);
  await t.rejects(boot(ctx, { kernel: '/nonexistent/bzImage' }), { code: 'KERNEL_MISSING' });
  await t.rejects(boot(ctx, { initrd: '/nonexistent/initrd' }), { code: 'INITRD_MISSING' });
  t.notOk(
    ctx.events.events.some(({ kind }) => kind === 'vm.start'),
    'QEMU was not started',
  );
});

void t.test('no QEMU on PATH', async (t) => {
  const { bzImage: kernel } = await plannedKernel();
  const { runDir } = await currentRunPlan();
  const { PATH: path } = process.env;
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = t.testdir();
  await t.rejects(bootVm({ kernel, initrd: kernel, runDir }, await recordingContext(t)), {
    code: 'QEMU_MISSING',
    verdict: 'INFRA',
  });
});

void t.test('a QEMU that refuses its options', async (t) => {
  const error = await vmErrorOf(boot(await recordingContext(t), { accel: 'tcg', cpus: 100_000 }));
  t.match(error, { verdict: 'INFRA', end: { title: /QEMU did not start \(exit code 1\): .*100000/ } });
});
