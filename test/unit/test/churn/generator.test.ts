import * as fc from 'fast-check';
import t from 'tap';
import { Generator, type GeneratorOptions } from '../../../churn/generator.ts';
import type { Step } from '../../../churn/operations.ts';
import { Model } from '../../../churn/model.ts';
import { type Kind, KINDS } from '../../../churn/scenarios/all.ts';
import { SEED } from '../../../helpers/seed.ts';

const USUAL: GeneratorOptions = { seed: SEED, batch: 100, writers: 1, without: [] };

function generate(options: GeneratorOptions, batches = 5): Step[] {
  const generator = new Generator(options);
  return Array.from({ length: batches }, () => generator.next().steps).flat();
}

const anyOptions = fc.record({
  seed: fc.nat(),
  batch: fc.integer({ min: 1, max: 200 }),
  writers: fc.integer({ min: 1, max: 5 }),
  without: fc.subarray<Kind>(KINDS, { maxLength: KINDS.length - 1 }),
});

void t.test('the same seed gives the same operations, another one others', (t) => {
  const same = fc.property(anyOptions, (options) => {
    return JSON.stringify(generate(options, 2)) === JSON.stringify(generate(options, 2));
  });
  // A world in which only one kind happens may have nothing to do it to.
  fc.assert(same, { seed: SEED, numRuns: 10, examples: [[USUAL]] });
  t.not(JSON.stringify(generate(USUAL)), JSON.stringify(generate({ ...USUAL, seed: SEED + 1 })));
  t.end();
});

void t.test('a batch ends with its comparison, and now and then all begins anew', (t) => {
  const generator = new Generator(USUAL);
  const fresh: number[] = [];
  for (let batch = 0; batch < 20; batch += 1) {
    const { steps, fresh: begins } = generator.next();
    t.equal(steps.at(-1)?.op, 'settle');
    if (begins) fresh.push(batch);
    t.equal(steps[0]?.op === 'wipe', begins, 'an empty tree is where a script can start');
  }
  t.ok(fresh.length > 1 && fresh[0] === 0, 'the first one, and others', { fresh });
  t.end();
});

void t.test('most operations make sense, and every one comes up', (t) => {
  const steps = generate({ ...USUAL, batch: 500 }, 10);
  const model = new Model();
  const refused = steps.filter((step) => !model.apply(step));
  t.ok(refused.length * 20 < steps.length, `${refused.length} of ${steps.length} are refused`);
  t.equal(new Set(steps.map(({ op }) => op)).size, 24);
  t.end();
});

void t.test('what is left out does not happen, and each writer has something to do', (t) => {
  const few = generate({ ...USUAL, writers: 3, without: ['link', 'exchange', 'xattr'] });
  const kinds = new Set<string>(few.map(({ op }) => op));
  for (const op of ['link', 'exchange', 'setxattr', 'removexattr']) t.notOk(kinds.has(op), op);
  t.strictSame(new Set(few.map(({ by }) => by ?? 0)), new Set([0, 1, 2]));
  t.end();
});

void t.test('nothing but what lies in the two roots is ever renamed or removed', (t) => {
  for (const step of generate({ ...USUAL, batch: 500 }, 10)) {
    if (!('path' in step)) continue;
    if (!/^(source|outside)(\/|$)/.test(step.path)) t.fail(step.path);
    const inner = ['rename', 'exchange', 'remove', 'rmdir', 'unlink'].includes(step.op);
    if (inner && !step.path.includes('/')) t.fail(`${step.op} ${step.path}`);
    if ('to' in step && step.op !== 'symlink' && !/^(source|outside)\//.test(step.to)) t.fail(step.to);
  }
  t.pass('looked at all');
  t.end();
});
