/**
 * kill -9 at each step of continuous mode, while it follows a change of each kind, renames and exchanges of directories
 * included.
 *
 * At every moment what has a final name is whole; a restart leaves no unfinished file behind and makes the trees equal.
 * One call of each kind is hit; by `npm run sweep`, every one.
 */
import t from 'tap';
import { points } from '../helpers/crash/points.ts';
import { Sweep, SWEPT_FILE_SYSTEMS } from '../helpers/crash/sweep.ts';
import { changeTree } from '../helpers/crash/workload.ts';

for (const base of SWEPT_FILE_SYSTEMS)
  void t.test(`on ${base}`, async (t) => {
    const sweep = new Sweep(t, base, 'destination', 'changes');
    const { lab, faults } = sweep;
    /** Returns whether it lived until the trees were equal. */
    const change = async (n: number): Promise<boolean> => {
      sweep.reset(lab.source);
      sweep.reset(lab.destination);
      faults.disarm();
      const live = await lab.watch(t, [], faults);
      faults.arm(n, 'kill');
      // All at once: whether an exchange is repeated from the one side or the other depends on how far the events have got.
      live.kill('SIGSTOP');
      changeTree(lab.source);
      live.kill('SIGCONT');
      const killed = live.ended().then(({ code }) => code === undefined);
      const settled = live.settled({ deadlineMs: 60_000 });
      if (await Promise.race([killed, settled.then(() => false)])) return false;
      t.strictSame(await settled, []);
      t.match(await live.stop(), { code: 0, stderr: '' });
      return true;
    };
    t.ok(await change(0));
    const calls = faults.calls();
    const renamed = new Set(calls.filter(({ name }) => name === 'renameat2').map(({ path }) => path));
    t.ok(renamed.has('new-name'), 'a file is renamed');
    t.ok(renamed.has('left'), 'directories are exchanged');
    for (const n of points(calls, 4)) {
      if (await change(n)) continue;
      const last = faults.calls().at(-1);
      t.comment(`killed at call ${n}: ${last?.name} ${last?.path}`);
      sweep.checkWhole(t, { moved: true });
      const again = await lab.watch(t);
      t.strictSame(await again.settled(), []);
      t.match(await again.stop(), { code: 0, stderr: '' });
      sweep.checkEqual(t);
    }
    t.ok(sweep.sawUnfinished, 'an unfinished file was left by some of them');
  });
