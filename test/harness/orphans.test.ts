/** However the harness ends, QEMU ends with it. */
import { execa } from 'execa';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { currentRunPlan, plannedKernel } from '../helpers/run-plan.ts';
import { boot, gone, recordingContext, vmErrorOf } from './guest.ts';

const HARNESS = join(import.meta.dirname, 'fixtures', 'harness.ts');

/** Starts a harness of its own, and resolves when it says that it is in the phase. */
async function startHarness(t: Test, wanted: string) {
  const { runDir } = await currentRunPlan();
  const harness = execa(process.execPath, [HARNESS, (await plannedKernel()).bzImage, runDir], {
    stderr: 'inherit',
    reject: false,
    buffer: false,
  });
  t.teardown(() => harness.kill('SIGKILL'));
  const qemu = Promise.withResolvers<number>();
  createInterface(harness.stdout).on('line', (line) => {
    const [phase, pid] = line.split(' ');
    if (phase === wanted) qemu.resolve(Number(pid));
  });
  void harness.then(() => qemu.reject(new Error('the harness ended too early')));
  return { harness, qemu: await qemu.promise };
}

for (const phase of ['booting', 'executing'] as const) {
  void t.test(`SIGKILL of the harness while ${phase}`, async (t) => {
    const { harness, qemu } = await startHarness(t, phase);
    t.ok(process.kill(qemu, 0), 'QEMU lives');
    harness.kill('SIGKILL');
    await harness;
    await t.resolves(gone(qemu));
  });

  void t.test(`Ctrl+C while ${phase}`, async (t) => {
    const { harness, qemu } = await startHarness(t, phase);
    harness.kill('SIGINT');
    const { exitCode } = await harness;
    t.equal(exitCode, 130);
    t.throws(() => process.kill(qemu, 0), { code: 'ESRCH' }, 'QEMU is gone before the harness is');
  });
}

void t.test('an aborted guest ends at once, and has not passed', async (t) => {
  const controller = new AbortController();
  const vm = await boot(await recordingContext(t, controller));
  const pending = vm.exec(['/bin/sleep', '1000']);
  controller.abort(new Error('Ctrl+C'));
  t.match(await vmErrorOf(pending), { verdict: 'LOST', end: { title: /interrupted/ } });
  t.throws(() => process.kill(vm.pid ?? 0, 0), { code: 'ESRCH' });
});

void t.test('two guests at a time, in one run folder', async (t) => {
  const ctx = await recordingContext(t);
  await using one = await boot(ctx);
  await using two = await boot(ctx);
  t.not(one.dir, two.dir);
  await Promise.all([one.writeFile('/tmp/who', 'one'), two.writeFile('/tmp/who', 'two')]);
  t.equal(String(await one.readFile('/tmp/who')), 'one');
  t.equal(String(await two.readFile('/tmp/who')), 'two');
  t.match(await one.shutdown(), { verdict: 'PASS' });
  t.match(await two.exec(['/bin/true']), { code: 0 }, 'the other one lives on');
});
