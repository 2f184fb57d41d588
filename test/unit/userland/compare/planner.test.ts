import * as fc from 'fast-check';
import t from 'tap';
import { EVERYTHING } from '../../../../userland/src/filter/filter.ts';
import { diffAttributes, type Attributes } from '../../../../userland/src/compare/difference.ts';
import { planEntry, type Step } from '../../../../userland/src/compare/planner.ts';
import { comparedBits, type Policy } from '../../../../userland/src/compare/policy.ts';
import { DIFF } from '../../../../userland/src/metadata/records.ts';
import { FILE_TYPE, type FileType } from '../../../../userland/src/native/addon.ts';

/** A directory of a model tree: attributes by name, and what is below a directory. */
interface Entry extends Attributes {
  readonly children: Model;
}
type Model = Map<string, Entry>;

const POLICY: Policy = {
  delete: true,
  flat: false,
  sizeOnly: false,
  owner: true,
  filter: EVERYTHING,
  mtimeSlackNs: 0,
  xattrs: false,
  checksum: false,
};

const attributes = fc.record({
  type: fc.constantFrom<FileType>(...Object.values(FILE_TYPE)),
  mode: fc.constantFrom(0o644, 0o755, 0o4711),
  uid: fc.nat(1),
  gid: fc.nat(1),
  size: fc.nat(2),
  mtimeSec: fc.integer({ min: -1, max: 1 }),
  mtimeNsec: fc.nat(1),
  rdevMajor: fc.nat(1),
  rdevMinor: fc.nat(1),
  target: fc.constantFrom('x', 'y'),
});

const model: fc.Memo<Model> = fc.memo((depth) =>
  fc
    .array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), attributes, depth > 1 ? model() : fc.constant(new Map())),
    )
    .map((entries) => {
      const made: Model = new Map();
      for (const [name, given, children] of entries)
        made.set(name, {
          ...given,
          target: given.type === FILE_TYPE.SYMLINK ? given.target : '',
          children: given.type === FILE_TYPE.DIRECTORY ? children : new Map(),
        });
      return made;
    }),
);

/** The engine in a few lines: compare, plan, apply, and go down. */
function synchronize(source: Model, destination: Model, policy: Policy): Step[] {
  const steps: Step[] = [];
  for (const [name, wanted] of source) {
    const diff = diffAttributes(wanted, destination.get(name) ?? null, comparedBits(policy));
    for (const step of planEntry({ name, type: wanted.type, diff }, policy)) {
      steps.push(step);
      apply(step, wanted, destination);
    }
    const found = destination.get(name);
    if (wanted.type === FILE_TYPE.DIRECTORY && found?.type === FILE_TYPE.DIRECTORY) {
      steps.push(...synchronize(wanted.children, found.children, policy));
      destination.set(name, { ...wanted, children: found.children });
    }
  }
  for (const name of destination.keys())
    if (!source.has(name))
      for (const step of planEntry({ name, type: null, diff: 0 }, policy)) {
        steps.push(step);
        apply(step, null, destination);
      }
  return steps;
}

/** What the file system would do; throws where it would refuse. */
function apply(step: Step, wanted: Entry | null, destination: Model): void {
  const found = destination.get(step.name);
  if (step.kind === 'remove' || step.kind === 'sweep') {
    destination.delete(step.name);
    return;
  }
  if (wanted === null) throw new Error(`${step.kind} without a source`);
  if (step.kind === 'clear') {
    if ((found?.type === FILE_TYPE.DIRECTORY) !== step.forDirectory) destination.delete(step.name);
    return;
  }
  if (step.kind === 'mkdir') {
    if (found !== undefined) throw new Error('EEXIST');
    destination.set(step.name, { ...wanted, mode: 0o700, children: new Map() });
    return;
  }
  if (step.kind === 'attributes') {
    if (found?.type !== wanted.type) throw new Error('another type');
    const { mode, uid, gid, mtimeSec, mtimeNsec } = wanted;
    const mtime = wanted.type === FILE_TYPE.REGULAR ? {} : { mtimeSec, mtimeNsec };
    destination.set(step.name, { ...found, mode, uid, gid, ...mtime });
    return;
  }
  if (found?.type === FILE_TYPE.DIRECTORY) throw new Error('EISDIR');
  destination.set(step.name, wanted);
}

function sameModel(a: Model, b: Model): boolean {
  if (a.size !== b.size) return false;
  for (const [name, one] of a) {
    const other = b.get(name);
    if (other === undefined || diffAttributes(one, other, comparedBits(POLICY)) !== 0) return false;
    if (!sameModel(one.children, other.children)) return false;
  }
  return true;
}

void t.test('applying the plan makes the destination equal, and then there is no plan', async () => {
  fc.assert(
    fc.property(model(3), model(3), (source, destination) => {
      synchronize(source, destination, POLICY);
      if (!sameModel(source, destination)) return false;
      return synchronize(source, destination, POLICY).length === 0;
    }),
  );
});

void t.test('without deletion every name stays', async () => {
  fc.assert(
    fc.property(model(3), model(3), (source, destination) => {
      const before = [...destination.keys()];
      const steps = synchronize(source, destination, { ...POLICY, delete: false });
      return before.every((name) => destination.has(name)) && steps.every((step) => step.kind !== 'remove');
    }),
  );
});

void t.test('flat: no directory is made', async () => {
  fc.assert(
    fc.property(model(2), model(2), (source, destination) => {
      const steps = synchronize(source, destination, { ...POLICY, flat: true });
      return steps.every((step) => step.kind !== 'mkdir' && !(step.kind === 'clear' && step.forDirectory));
    }),
  );
});

function plan(type: FileType, diff: number): string[] {
  return planEntry({ name: 'x', type, diff }, POLICY).map((step) => step.kind);
}

void t.test('a change of mode or owner is no reason to copy data', async (t) => {
  t.strictSame(plan(FILE_TYPE.REGULAR, DIFF.MODE | DIFF.OWNER), ['attributes']);
  t.strictSame(plan(FILE_TYPE.REGULAR, DIFF.MTIME), ['copy']);
  t.strictSame(plan(FILE_TYPE.SYMLINK, DIFF.MTIME), ['attributes']);
  t.strictSame(plan(FILE_TYPE.DIRECTORY, DIFF.MODE), [], 'a directory comes last, by itself');
});

void t.test('reserved names: never mirrored, swept even where nothing is deleted', async (t) => {
  const name = '.dirsync-0123abcd.tmp';
  t.strictSame(planEntry({ name, type: FILE_TYPE.REGULAR, diff: DIFF.MISSING }, POLICY), []);
  t.strictSame(planEntry({ name, type: null, diff: 0 }, { ...POLICY, delete: false }), [
    { kind: 'sweep', name },
  ]);
});
