/** One binary, three kernels: our calls where the series is, statx elsewhere, and the same result everywhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Vm } from '../../vm/qemu/vm.ts';
import { calls } from '../helpers/calls.ts';
import { bootGuest, differences, FILE_SYSTEMS, must, workspace } from '../helpers/guest.ts';
import { currentRunPlan } from '../helpers/run-plan.ts';
import { SEED } from '../helpers/seed.ts';
import { runTapProgram } from '../helpers/tap-program.ts';

/** The trees differ in each way that a comparison can see; owners are left alone so that the host needs no root. */
const TREES = `
  mkdir -p source/d destination/d
  for side in source destination; do
    echo same > $side/same; echo abc > $side/nanoseconds; echo abc > $side/mode; echo abc > $side/seconds
    touch -d @1000000000 $side/same $side/nanoseconds $side/mode $side/seconds
  done
  echo longer > source/d/size; echo s > destination/d/size; ln -s a source/link; ln -s b destination/link
  mkdir -p source/new/deep; echo new > source/new/deep/file
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

async function once(t: Test, vm: Vm, cwd: string, ...options: readonly string[]): Promise<string> {
  const argv = ['dirsync', '--once', '--stats', '-v', ...options, 'source', 'destination'];
  const result = await vm.exec(argv, { cwd });
  t.equal(result.code, 0, 'exit code', { output: result.stderr });
  t.equal(await differences(vm, cwd), '', 'the destination is a replica');
  return result.stdout;
}

async function unequalTrees(vm: Vm): Promise<string> {
  const cwd = await workspace(vm, 'tmpfs');
  await must(vm, TREES + HALF_A_SECOND_LATER.guest, cwd);
  return cwd;
}

const patched = await bootGuest(t);

void t.test('the patched kernel, the stock kernel and this host', async (t) => {
  const stock = await bootGuest(t, { kernel: 'stock', ext4: false });
  const [byKernel, byChoice, onStock] = [
    await once(t, patched, await unequalTrees(patched)),
    await once(t, patched, await unequalTrees(patched), '--metadata', 'statx'),
    await once(t, stock, await unequalTrees(stock)),
  ];

  const version = await must(patched, 'dirsync --version');
  t.match(version, /^metadata: kernel \(calls 451, 1451, 1452 /m, '--version in the patched guest');
  const made = calls(byKernel);
  t.ok(made['dirsync_diff'], 'the patched guest made call 1452', made);
  const none = { dirsync_stat: 0, dirsync_list: 0, dirsync_diff: 0 };
  t.match(calls(byChoice), none, '--metadata statx made none');
  const dry = await patched.exec(['dirsync', '-n', '--stats', 'source', 'destination'], {
    cwd: await unequalTrees(patched),
  });
  t.match(dry.stdout, /^Created directory: destination\/new\/deep$/m, 'a dry run goes into what is missing');
  t.ok(Number(calls(dry.stdout)['dirsync_list']) > 1, 'and there it made call 1451', calls(dry.stdout));
  t.match(calls(onStock), none, 'the stock guest made none');
  t.match(await must(stock, 'dirsync --version'), /^metadata: statx \(no /m, '--version in the stock guest');
  const asked = await stock.exec(['dirsync', '--metadata', 'kernel', 'source', 'destination']);
  t.match(asked, { code: 1, stderr: /--metadata kernel.*no \/proc\/sys\/fs\/dirsync_abi/ });

  const { syncer } = await currentRunPlan();
  if (syncer === undefined) throw new Error('the run has no syncer');
  const cwd = await mkdtemp(join(tmpdir(), 'dirsync-e2e-'));
  t.teardown(() => rm(cwd, { recursive: true, force: true }));
  await execa('sh', ['-euc', `mkdir source destination; ${TREES}${HALF_A_SECOND_LATER.host}`], { cwd });
  const host = await execa(syncer, ['--once', '--stats', '-v', 'source', 'destination'], { cwd });
  t.match((await execa(syncer, ['--version'])).stdout, /metadata: statx/, '--version on this host');
  t.match(calls(host.stdout), none, 'this host made none');

  t.same(actions(byKernel), actions(onStock), 'kernel and statx found the same');
  t.same(actions(byChoice), actions(onStock), 'on the same kernel, too');
  t.same(actions(host.stdout), actions(onStock), 'and so did this host');
  t.ok(actions(onStock).length >= 9, 'they found something', { output: actions(onStock) });
});

void t.test('what is equal costs no statx a file', async (t) => {
  const cwd = await workspace(patched, 'ext4');
  const counts: Record<string, number>[] = [];
  for (const files of [10, 300]) {
    await must(patched, `mkdir -p source/d; seq ${files} | (cd source/d && xargs touch -d @0)`, cwd);
    await once(t, patched, cwd);
    counts.push(calls(await once(t, patched, cwd)));
  }
  t.equal(counts[0]?.['statx'], counts[1]?.['statx'], 'as many for 300 files as for 10', { counts });
  const portable = calls(await once(t, patched, cwd, '--metadata', 'statx'));
  t.ok(
    Number(portable['statx']) > 600,
    'without our calls it is two a file, and one to look for extras',
    portable,
  );
});

for (const fileSystem of FILE_SYSTEMS) {
  void t.test(`the kernel and statx give the same records on ${fileSystem}`, async (t) => {
    await runTapProgram(t, patched, ['same_records', `/${fileSystem}`, String(SEED)]);
  });
}
