/** What the host can do wrong: it is INFRA, and says what to do. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bootVm } from '../../vm/qemu/boot.ts';
import { boot, runFolder, testContext, testKernel, vmErrorOf } from './guest.ts';

void t.test('a kernel that is none', async (t) => {
  const kernel = join(t.testdir(), 'bzImage');
  writeFileSync(kernel, Buffer.alloc(100_000, 'x'));
  await t.rejects(boot(t, await testContext(t), { kernel }), { code: 'KERNEL_INVALID', verdict: 'INFRA' });
});

void t.test('files that are missing', async (t) => {
  const ctx = await testContext(t);
  await t.rejects(boot(t, ctx, { kernel: '/nonexistent/bzImage' }), { code: 'KERNEL_MISSING' });
  await t.rejects(boot(t, ctx, { initrd: '/nonexistent/initrd' }), { code: 'INITRD_MISSING' });
  t.notOk(
    ctx.events.events.some(({ kind }) => kind === 'vm.start'),
    'QEMU was not started',
  );
});

void t.test('no QEMU on PATH', async (t) => {
  const { PATH: path } = process.env;
  t.teardown(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = t.testdir();
  const options = { kernel: testKernel(), initrd: testKernel(), runDir: runFolder(t) };
  await t.rejects(bootVm(options, await testContext(t)), { code: 'QEMU_MISSING', verdict: 'INFRA' });
});

void t.test('a QEMU that refuses its options', async (t) => {
  const error = await vmErrorOf(boot(t, await testContext(t), { accel: 'tcg', cpus: 100_000 }));
  t.match(error, { verdict: 'INFRA', end: { title: /QEMU did not start \(exit code 1\): .*100000/ } });
});
