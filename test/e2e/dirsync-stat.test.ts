/** System call 451, seen from a C program in the guest: where the series is, and where it is not. */
import t from 'tap';
import { bootGuest } from '../helpers/guest.ts';
import { runTapProgram } from '../helpers/tap-program.ts';

void t.test('on the patched kernel', async (t) => {
  // What is shipped, on a machine as it is sold.
  const vm = await bootGuest(t, { machine: 'q35' });
  for (const folder of ['/tmpfs', '/ext4']) {
    await t.test(`on ${folder.slice(1)}`, async (t) => {
      await runTapProgram(t, vm, ['dirsync_stat_test', folder]);
    });
  }
  const abi = await vm.exec(['cat', '/proc/sys/fs/dirsync_abi']);
  t.match(abi.stdout, /^1 451\b/, 'the ABI file names version 1 and the call');
});

void t.test('on the same kernel without the series', async (t) => {
  const vm = await bootGuest(t, { kernel: 'stock', ext4: false });
  await runTapProgram(t, vm, ['dirsync_stat_test', '--expect-absent']);
  const abi = await vm.exec(['cat', '/proc/sys/fs/dirsync_abi']);
  t.not(abi.code, 0, 'there is no ABI file');
});
