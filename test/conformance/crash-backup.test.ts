/**
 * kill -9 at each step of a run with `--backup-dir`: at every moment each content that the destination had is under its
 * final name or in the backup, and what has a final name is whole.
 *
 * One call of each kind is hit; by `npm run sweep`, every one.
 */
import t from 'tap';
import { kindOf, points } from '../helpers/crash/points.ts';
import { Sweep, SWEPT_FILE_SYSTEMS } from '../helpers/crash/sweep.ts';
import { notWhole } from '../helpers/crash/whole.ts';
import { changeTree } from '../helpers/crash/workload.ts';
import { snapshot, treeDifferences, type TreeSnapshot } from '../helpers/tree.ts';

const BACKUP = '.backup';

/** Calls that only a backup makes, by what they are done to. */
const STEPS = ['linkat a final name', 'renameat2 a final name', 'mkdirat a final name'];

/** All but which names are those of one file. */
function withoutNames(entry: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'names'));
}

/** What lies in the backup, or what does not; names of one file may be on both sides. */
function part(tree: TreeSnapshot, inBackup: boolean): TreeSnapshot {
  const entries = [...tree].filter(([path]) => (path.split('/')[0] === BACKUP) === inBackup);
  return new Map(entries.map(([path, entry]) => [path, withoutNames(entry)]));
}

function contents(tree: TreeSnapshot): string[] {
  return [...tree.values()].flatMap(({ content, target }) => content ?? target ?? []);
}

for (const base of SWEPT_FILE_SYSTEMS)
  void t.test(`on ${base}`, async (t) => {
    const sweep = new Sweep(t, base, 'destination', 'changes');
    const { lab, faults, before } = sweep;
    const args = ['--once', '--backup-dir', BACKUP, 'source', 'destination'];
    const mirror = (): TreeSnapshot => part(snapshot(lab.destination), false);
    const lost = (): string[] => {
      const found = new Set(contents(snapshot(lab.destination)));
      return contents(before).filter((content) => !found.has(content));
    };
    sweep.reset(lab.source);
    changeTree(lab.source);
    const after = part(snapshot(lab.source), false);
    sweep.reset(lab.destination);
    t.match(await lab.run(args, faults), { code: 0, stderr: '' });
    t.strictSame(treeDifferences(after, mirror()), []);
    t.strictSame(lost(), []);
    const kept = [...part(snapshot(lab.destination), true).keys()];
    const calls = faults.calls();
    const seen = new Set(calls.map(kindOf));
    t.strictSame(
      STEPS.filter((step) => !seen.has(step)),
      [],
      `all steps are among ${calls.length} calls`,
    );
    for (const n of points(calls, 8)) {
      sweep.reset(lab.destination);
      faults.arm(n, 'kill');
      const { code } = await lab.run(args, faults);
      const made = faults.calls();
      if (made.length < n) continue;
      t.equal(code, undefined, `killed at call ${n}: ${made.at(-1)?.name} ${made.at(-1)?.path}`);
      t.strictSame(notWhole(before, after, mirror()), [], 'all is whole');
      t.strictSame(lost(), [], 'nothing is lost');
      t.match(await lab.run(args), { code: 0, stderr: '' });
      t.strictSame(treeDifferences(after, mirror()), [], 'the trees are equal');
      t.strictSame(lost(), [], 'nothing is lost by going on');
      const again = [...part(snapshot(lab.destination), true).keys()];
      t.strictSame(again.toSorted(), kept.toSorted(), 'and nothing is kept twice');
    }
  });
