/** The agent's line on devices that are not the default: slower, but for some kernels and machines all there is. */
import { randomBytes } from 'node:crypto';
import t from 'tap';
import { boot, recordingContext, vmErrorOf } from './guest.ts';

for (const agentDevice of ['ttyS1', 'ttyS0'] as const) {
  void t.test(`on ${agentDevice}`, async (t) => {
    const ctx = await recordingContext(t);
    const vm = await boot(ctx, { agentDevice });
    // Kernel messages meanwhile: on ttyS0 they tear frames, which have to be sent again.
    const noise = await vm.spawn([
      '/bin/sh',
      '-c',
      'for i in $(seq 200); do echo "<4>message $i" >/dev/kmsg; done; echo written',
    ]);
    const data = randomBytes(30_000);
    await vm.writeFile('/tmp/data', data);
    t.ok(data.equals(await vm.readFile('/tmp/data')), 'a file comes back as it went');
    const { stdoutBytes } = await vm.exec(['/bin/cat', '/tmp/data']);
    t.ok(data.equals(stdoutBytes), 'output is whole');
    await noise.output('written');
    await noise.exited;
    t.match((await vm.shutdown()).verdict, 'PASS');
    const faults = ctx.events.events.filter(({ kind }) => kind === 'warning');
    t.equal(faults.length > 0, agentDevice === 'ttyS0', 'the line was disturbed only where it is shared', {
      faults: faults.slice(0, 3),
    });
  });
}

void t.test('a panic on the shared line is seen', async (t) => {
  const vm = await boot(await recordingContext(t), { agentDevice: 'ttyS0' });
  const error = await vmErrorOf(vm.writeFile('/proc/sysrq-trigger', 'c'));
  t.match(error, { verdict: 'PANIC', message: /sysrq triggered crash/ });
});

void t.test('BOOT: a device that the kernel has no driver for', async (t) => {
  const booting = boot(await recordingContext(t), { append: 'dirsync.agent=vport9p9' });
  const error = await vmErrorOf(booting);
  t.match(error, { verdict: 'BOOT', report: /dirsync-init: no \/dev\/vport9p9 in 5000 ms/ });
});
