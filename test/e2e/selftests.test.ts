/** The kselftests that the series brings, in the guest: where it is, on both file systems, and where it is not. */
import t, { type Test } from 'tap';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootGuest, FILE_SYSTEMS } from '../helpers/guest.ts';
import { SEED } from '../helpers/seed.ts';
import { runTapProgram } from '../helpers/tap-program.ts';

const PROGRAMS = ['probe', 'stat', 'args', 'list', 'diff', 'random', 'place', 'signal'];

void t.test('on the patched kernel', async (t) => {
  // What is shipped, on a machine as it is sold.
  const vm = await bootGuest(t, { machine: 'q35' });
  for (const fileSystem of FILE_SYSTEMS) {
    for (const name of PROGRAMS) {
      await t.test(`${name} on ${fileSystem}`, async (t) => {
        t.same(
          await runOn(t, vm, name, `/${fileSystem}`),
          [],
          'nothing is skipped: all that is needed is there',
        );
      });
    }
  }
  const abi = await vm.exec(['cat', '/proc/sys/fs/dirsync_abi']);
  t.equal(abi.stdout, '1 451 1451 1452\n', 'all calls are announced');
});

void t.test('on the same kernel without the series', async (t) => {
  const vm = await bootGuest(t, { kernel: 'stock', ext4: false });
  const abi = await vm.exec(['cat', '/proc/sys/fs/dirsync_abi']);
  t.not(abi.code, 0, 'no call is announced');
  const skipped = await runOn(t, vm, 'probe', '/tmp');
  t.notOk(
    skipped.some((point) => /absent|all_calls/.test(point)),
    'that all of them are absent is seen, and not skipped',
  );
  for (const name of PROGRAMS.filter((program) => program !== 'probe')) {
    const { code, stdout } = await vm.exec([`dirsync_${name}_test`]);
    t.match({ code, stdout }, { code: 4, stdout: /^1\.\.0 # SKIP/m }, `${name} skips itself`);
  }
});

function runOn(t: Test, vm: Vm, name: string, folder: string): Promise<string[]> {
  return runTapProgram(t, vm, [`dirsync_${name}_test`], {
    env: { TMPDIR: folder, DIRSYNC_SEED: String(SEED) },
    timeout: 600_000,
  });
}
