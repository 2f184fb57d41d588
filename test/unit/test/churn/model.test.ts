/** The model against Linux: the same operations, carried out by the interpreter in a folder. */
import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { Generator } from '../../../churn/generator.ts';
import { type Directory, Model } from '../../../churn/model.ts';
import { formatScript, type PathOperation, type Step } from '../../../churn/operations.ts';
import { PROGRAMS } from '../../../helpers/churn-programs.ts';
import { SEED } from '../../../helpers/seed.ts';
import { bytes, snapshot } from '../../../helpers/tree.ts';

/** Carries `steps` out; which of them succeeded. The folder is `dir`, emptied before. */
async function perform(dir: string, steps: readonly Step[]): Promise<boolean[]> {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'source'), { recursive: true });
  mkdirSync(join(dir, 'outside'));
  const { stdout } = await execa(PROGRAMS.churn, ['--each'], { cwd: dir, input: formatScript(steps) });
  return stdout === '' ? [] : stdout.split('\n').map((errno) => errno === '0');
}

/** Names, types, sizes, targets and counts of links, as lines. */
function linesOf(model: Model): string[] {
  const lines: string[] = [];
  const visit = (directory: Directory, path: string): void => {
    for (const [name, node] of directory.children) {
      const facts =
        node.kind === 'file' ? `${node.size} ${node.links}` : node.kind === 'symlink' ? node.target : '';
      lines.push(JSON.stringify(`${path}${name} ${node.kind} ${facts}`));
      if (node.kind === 'directory') visit(node, `${path}${name}/`);
    }
  };
  visit(model.root, '');
  return lines.toSorted();
}

function linesBelow(dir: string): string[] {
  const lines: string[] = [];
  for (const path of snapshot(dir, { ignoreContent: true }).keys()) {
    const full = bytes(`${dir}/${path}`);
    const stat = lstatSync(full);
    const word = ['directory', 'symlink', 'file', 'fifo'].find((kind) => isKind(stat, kind));
    const facts =
      word === 'file' ? `${stat.size} ${stat.nlink}` : word === 'symlink' ? readlinkSync(full, 'latin1') : '';
    if (path !== '') lines.push(JSON.stringify(`${path} ${word} ${facts}`));
  }
  return lines.toSorted();
}

function isKind(stat: Stats, kind: string): boolean {
  if (kind === 'directory') return stat.isDirectory();
  if (kind === 'symlink') return stat.isSymbolicLink();
  return kind === 'file' ? stat.isFile() : stat.isFIFO();
}

function folder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'dirsync-churn-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'place');
}

/** Whether the file system has an attribute is not modelled. */
const modelled = (step: Step): boolean => !['settle', 'setxattr', 'removexattr'].includes(step.op);

void t.test('what the generator makes', async (t) => {
  const generator = new Generator({ seed: SEED, batch: 300, writers: 1, without: [] });
  const steps = Array.from({ length: 7 }, () => generator.next().steps).flat();
  const tried = steps.filter((step) => modelled(step) && step.op !== 'pause');
  const dir = folder(t);
  const succeeded = await perform(dir, tried);
  const model = new Model();
  const wrong = tried.filter((step, index) => model.apply(step) !== succeeded[index]);
  t.strictSame(wrong, [], `it knows of all ${tried.length} whether they succeed`);
  t.strictSame(linesBelow(dir), linesOf(model), 'and what comes out');
});

void t.test('operations that nobody would choose', async (t) => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
    .map((names) => ['source', ...names].join('/'));
  const size = fc.nat(5000);
  const content = { size, fill: fc.nat(9) };
  const operation: fc.Arbitrary<PathOperation> = fc.oneof(
    fc.record({ op: fc.constant('create' as const), path, mode: fc.constant(0o600), ...content }),
    fc.record({ op: fc.constantFrom('rewrite' as const, 'append' as const), path, ...content }),
    fc.record({ op: fc.constant('overwrite' as const), path, at: size, ...content }),
    fc.record({ op: fc.constant('truncate' as const), path, size }),
    fc.record({ op: fc.constantFrom('mkdir' as const, 'fifo' as const), path, mode: fc.constant(0o700) }),
    fc.record({ op: fc.constantFrom('unlink' as const, 'rmdir' as const), path }),
    fc.record({ op: fc.constantFrom('remove' as const, 'wipe' as const), path }),
    fc.record({ op: fc.constant('symlink' as const), path, to: fc.constantFrom('a', 'b/c') }),
    fc.record({
      op: fc.constantFrom('rename' as const, 'exchange' as const, 'link' as const),
      path,
      to: path,
    }),
    fc.record({ op: fc.constant('chmod' as const), path, mode: fc.constant(0o700) }),
  );
  const dir = folder(t);
  const property = fc.asyncProperty(fc.array(operation, { minLength: 50, maxLength: 300 }), async (steps) => {
    const succeeded = await perform(dir, steps);
    const model = new Model();
    t.strictSame(
      steps.filter((step, index) => model.apply(step) !== succeeded[index]),
      [],
    );
    t.strictSame(linesBelow(dir), linesOf(model));
  });
  await fc.assert(property, { seed: SEED, numRuns: 12 });
});
