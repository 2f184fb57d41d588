/**
 * kill -9 at each step of `--once`: right before each call by which the syncer changes the destination, and amid its data.
 *
 * At every moment what has a final name is whole; a restart leaves no unfinished file behind and makes the trees equal.
 * One call of each kind is hit; by `npm run sweep`, every one.
 */
import t from 'tap';
import { kindOf, points } from '../helpers/crash/points.ts';
import { Sweep, SWEPT_FILE_SYSTEMS } from '../helpers/crash/sweep.ts';
import { changeTree } from '../helpers/crash/workload.ts';

/** Steps that have to be among those at which it is killed. */
const STEPS = [
  'openat an unfinished file',
  'pwrite an unfinished file',
  'copy_file_range an unfinished file',
  'fchmod an unfinished file',
  'futimens an unfinished file',
  'renameat a final name',
  'symlinkat an unfinished file',
  'linkat an unfinished file',
  'mkdirat a final name',
  'futimens a final name',
  'unlinkat a final name',
];

for (const base of SWEPT_FILE_SYSTEMS)
  void t.test(`on ${base}`, async (t) => {
    const sweep = new Sweep(t, base, 'destination', 'changes');
    const { lab, faults } = sweep;
    const run = () => lab.run(['--once', 'source', 'destination'], faults);
    sweep.reset(lab.source);
    changeTree(lab.source);
    sweep.reset(lab.destination);
    t.match(await run(), { code: 0, stderr: '' });
    sweep.checkEqual(t);
    const calls = faults.calls();
    const seen = new Set(calls.map(kindOf));
    const unseen = STEPS.filter((step) => !seen.has(step));
    t.strictSame(unseen, [], `all steps are among ${calls.length} calls`);
    for (const n of points(calls, 6)) {
      sweep.reset(lab.destination);
      faults.arm(n, 'kill');
      const { code } = await run();
      const made = faults.calls();
      if (made.length < n) continue;
      t.equal(code, undefined, `killed at call ${n}: ${made.at(-1)?.name} ${made.at(-1)?.path}`);
      sweep.checkWhole(t);
      t.match(await lab.once(), { code: 0, stderr: '' });
      sweep.checkEqual(t);
    }
    t.ok(sweep.sawUnfinished, 'an unfinished file was left by some of them');
  });
