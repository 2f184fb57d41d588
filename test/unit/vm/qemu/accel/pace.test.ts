import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { hostSlowness, kernelChecks, kernelSlowness, slownessOf } from '../../../../../vm/qemu/accel/pace.ts';
import { findQemu } from '../../../../../vm/qemu/find-qemu.ts';
import { freshContext } from '../../../../helpers/fresh-context.ts';

void t.test('a slow host is given its factor, within bounds', async (t) => {
  t.equal(slownessOf(10), 1, 'a fast one is not given less');
  t.equal(slownessOf(250), 2.5);
  t.equal(slownessOf(60_000), 8);
});

void t.test('the host is measured once', async (t) => {
  const { ctx } = await freshContext(t);
  const qemu = await findQemu(process.env, ctx.signal);
  const slowness = await hostSlowness(qemu, ctx);
  t.ok(slowness >= 1 && slowness <= 8, `${slowness}`);
  // A second measurement would hardly take the same number of milliseconds, and could not be made with this signal.
  const aborted = { ...ctx, signal: AbortSignal.abort() };
  t.equal(await hostSlowness(qemu, aborted), slowness);
});

void t.test("a kernel's checks are read from the configuration beside it", async (t) => {
  const dir = t.testdir();
  const kernel = join(dir, 'bzImage');
  t.equal(kernelSlowness(await kernelChecks(kernel)), 1, 'none is there');
  writeFileSync(join(dir, 'config'), '# CONFIG_KASAN is not set\nCONFIG_SMP=y\n');
  t.equal(kernelSlowness(await kernelChecks(kernel)), 1);
  writeFileSync(join(dir, 'config'), 'CONFIG_KASAN=y\n');
  const kasan = kernelSlowness(await kernelChecks(kernel));
  t.ok(kasan > 1);
  writeFileSync(join(dir, 'config'), 'CONFIG_KASAN=y\nCONFIG_PROVE_LOCKING=y\n');
  t.ok(kernelSlowness(await kernelChecks(kernel)) > kasan);
});
