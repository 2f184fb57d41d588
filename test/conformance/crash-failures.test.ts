/**
 * Each call of the syncer fails once: it never crashes or keeps quiet, destroys nothing, leaves no unfinished file, and the
 * next try mends it.
 *
 * One call of each of some kinds fails; by `npm run sweep`, every one.
 */
import { mkdirSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { execaSync } from 'execa';
import type { Call, Fault } from '../helpers/crash/call-faults.ts';
import { points } from '../helpers/crash/points.ts';
import { Sweep, SWEPT_FILE_SYSTEMS } from '../helpers/crash/sweep.ts';
import { changeTree } from '../helpers/crash/workload.ts';
import { steady, waitFor } from '../helpers/wait.ts';

const FAULTS: readonly Fault[] = ['EIO', 'ENOSPC', 'EACCES', 'ENOMEM', 'EINTR', 'EDQUOT'];

/** One for each number of a call; over all kinds of calls it is another one each time. */
function faultOf(n: number): Fault {
  return FAULTS[n % FAULTS.length] ?? 'EIO';
}

/** null when it has been closed meanwhile. */
function readlinkIfAny(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

function tell(t: Test, n: number, calls: readonly Call[]): void {
  const { name, path } = calls[n - 1] as Call;
  t.comment(`call ${n}, ${name} ${path}, failed with ${faultOf(n)}`);
}

void t.test('no directory is lost because its descriptor closes with an error', async (t) => {
  const sweep = new Sweep(t, SWEPT_FILE_SYSTEMS[0] as string, 'both', 'all');
  const { lab, faults } = sweep;
  const run = () => lab.run(['--once', 'source', 'destination'], faults);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), '');
  await run();
  const closes = faults
    .calls()
    .flatMap(({ name, path }, at) =>
      name === 'close' && /(source|destination|directory)$/.test(path) ? [at + 1] : [],
    );
  t.not(closes.length, 0, 'there are some');
  for (const n of closes) {
    rmSync(lab.destination, { recursive: true });
    mkdirSync(lab.destination);
    faults.arm(n, 'ENOSPC');
    t.match(await run(), { code: 0, stderr: '' }, `close ${n} fails`);
    sweep.checkEqual(t);
  }
});

void t.test('no directory is lost because its parent could not be read', async (t) => {
  const sweep = new Sweep(t, SWEPT_FILE_SYSTEMS[0] as string, 'both', 'all');
  const { lab, faults } = sweep;
  const run = () => lab.run(['--once', 'source', 'destination'], faults);
  const failAt = async (n: number) => {
    sweep.reset(lab.destination);
    faults.arm(n, 'ENOMEM');
    const { code, stderr } = await run();
    t.match(code, /^(0|3|23)$/, `call ${n} fails`, { stderr });
    t.match(stderr, code === 0 ? /^$/ : /^(dirsync: .*\n?)+$/);
    if (code === 0) sweep.checkEqual(t);
  };
  sweep.reset(lab.source);
  changeTree(lab.source);
  sweep.reset(lab.destination);
  await run();
  const reads = faults.calls().flatMap(({ name }, at) => (name === 'getdents64' ? [at + 1] : []));
  // The first two look at the roots before all else; then the trees are walked.
  const [, second = 0, third = 0, ...rest] = reads;
  for (let n = second + 1; n <= third; n += 1) await failAt(n);
  for (const n of rest.slice(0, 4)) await failAt(n);
});

for (const base of SWEPT_FILE_SYSTEMS) {
  void t.test(`--once on ${base}`, async (t) => {
    const sweep = new Sweep(t, base, 'both', 'all');
    const { lab, faults } = sweep;
    const run = () => lab.run(['--once', 'source', 'destination'], faults);
    sweep.reset(lab.source);
    changeTree(lab.source);
    sweep.reset(lab.destination);
    t.match(await run(), { code: 0, stderr: '' });
    for (const n of points(faults.calls(), 6)) {
      sweep.reset(lab.destination);
      faults.arm(n, faultOf(n));
      const { code, stderr } = await run();
      const calls = faults.calls();
      if (calls.length < n) continue;
      tell(t, n, calls);
      t.match(code, /^(0|3|11|23)$/, stderr);
      t.match(stderr, code === 0 ? /^$/ : /^(dirsync: .*\n?)+$/);
      sweep.checkWhole(t);
      if (code === 0) sweep.checkEqual(t);
      faults.disarm();
      t.match(await run(), { code: 0, stderr: '' });
      sweep.checkEqual(t);
    }
    t.notOk(sweep.sawUnfinished, 'none of them left an unfinished file');
  });

  void t.test(`continuous mode on ${base}`, async (t) => {
    const sweep = new Sweep(t, base, 'both', 'all');
    const { lab, faults } = sweep;
    sweep.reset(lab.source);
    sweep.reset(lab.destination);
    const live = await lab.watch(t, [], faults);
    const openFiles = (): string[] => {
      const fds = `/proc/${live.pid}/fd`;
      return readdirSync(fds).flatMap((fd) => readlinkIfAny(join(fds, fd)) ?? []);
    };
    const settle = async (what: string): Promise<void> => {
      t.strictSame(await live.settled({ deadlineMs: 60_000 }), [], what);
      const left = await waitFor(() => (openFiles().length <= open.length ? null : openFiles()));
      t.equal(left, null, `no more than ${open.length} files are open`, { open });
    };
    faults.disarm();
    changeTree(lab.source);
    t.strictSame(await live.settled({ deadlineMs: 60_000 }), [], 'without a failure');
    const open = await steady(openFiles);
    for (const n of points(faults.calls(), 4)) {
      execaSync('sh', ['-c', 'rm -rf source/* && cp -a old/. source'], { cwd: lab.dir });
      await settle('back to the beginning');
      faults.arm(n, faultOf(n));
      changeTree(lab.source);
      await settle('after a failure');
      const calls = faults.calls();
      if (calls.length >= n) tell(t, n, calls);
      faults.disarm();
    }
    const { code, stderr } = await live.stop();
    t.equal(code, 0);
    t.match(stderr, /^(dirsync: synchronize .*(trying again in .*|done now)\n)*$/);
  });
}
