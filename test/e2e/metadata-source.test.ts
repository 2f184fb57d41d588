/** One binary, three kernels: 451 where our series is, statx elsewhere, and the same result everywhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootGuest, differences, must, workspace } from '../helpers/guest.ts';
import { currentRunPlan } from '../helpers/run-plan.ts';

/** The trees differ in each way that a comparison can see; owners are left alone so that the host needs no root. */
const TREES = `
  mkdir -p source/d destination/d
  for side in source destination; do
    echo same > $side/same; echo abc > $side/nanoseconds; echo abc > $side/mode; echo abc > $side/seconds
    touch -d @1000000000 $side/same $side/nanoseconds $side/mode $side/seconds
  done
  echo longer > source/d/size; echo s > destination/d/size; ln -s a source/link; ln -s b destination/link
  touch -d @1000000001 source/seconds; chmod 600 source/mode; chmod 644 destination/mode
  echo only > source/only; echo extra > destination/extra
`;
/** Neither tool exists on both systems. */
const HALF_A_SECOND_LATER = {
  guest: 'setmtime 1000000000 500000000 source/nanoseconds',
  host: 'touch -d @1000000000.5 source/nanoseconds',
};

/** What a run found to do, in an order that does not depend on the directory's own. */
function actions(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => /^(Copied|Created directory|Updated|Deleted|Renamed): /.test(line))
    .toSorted();
}

async function inGuest(t: Test, vm: Vm): Promise<{ version: string; stats: string; actions: string[] }> {
  const cwd = await workspace(vm, 'tmpfs');
  await must(vm, TREES + HALF_A_SECOND_LATER.guest, cwd);
  const version = await must(vm, 'dirsync --version');
  const result = await vm.exec(['dirsync', '--once', '--stats', '-v', 'source', 'destination'], { cwd });
  t.equal(result.code, 0, 'exit code', { output: result.stderr });
  t.equal(await differences(vm, cwd), '', 'the destination is a replica');
  return { version, stats: result.stdout + result.stderr, actions: actions(result.stdout) };
}

void t.test('the patched kernel, the stock kernel and this host', async (t) => {
  const [patched, stock] = [
    await bootGuest(t, { ext4: false }),
    await bootGuest(t, { kernel: 'stock', ext4: false }),
  ];
  const [onPatched, onStock] = [await inGuest(t, patched), await inGuest(t, stock)];

  t.match(onPatched.version, /metadata: kernel/, '--version in the patched guest');
  t.match(onPatched.stats, /^Calls: .* [1-9]\d* dirsync_stat/m, 'the patched guest really made call 451');
  t.match(onStock.version, /metadata: statx/, '--version in the stock guest');
  t.match(onStock.stats, /^Calls: .* 0 dirsync_stat/m, 'the stock guest never made it');

  const { syncer } = await currentRunPlan();
  if (syncer === undefined) throw new Error('the run has no syncer');
  const cwd = await mkdtemp(join(tmpdir(), 'dirsync-e2e-'));
  t.teardown(() => rm(cwd, { recursive: true, force: true }));
  await execa('sh', ['-euc', `mkdir source destination; ${TREES}${HALF_A_SECOND_LATER.host}`], { cwd });
  const host = await execa(syncer, ['--once', '--stats', '-v', 'source', 'destination'], { cwd, all: true });
  t.match((await execa(syncer, ['--version'])).stdout, /metadata: statx/, '--version on this host');
  t.match(host.all, /^Calls: .* 0 dirsync_stat/m, 'this host never made call 451');

  t.same(onPatched.actions, onStock.actions, 'kernel and statx found the same');
  t.same(actions(host.stdout), onStock.actions, 'and so did this host');
  t.ok(onStock.actions.length >= 7, 'they found something', { output: onStock.actions });
});
