import * as fc from 'fast-check';
import t from 'tap';
import { shrink } from '../../../churn/shrink.ts';
import { SEED } from '../../../helpers/seed.ts';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

void t.test('what is needed is left, in its order, and nothing else', async (t) => {
  const property = fc.asyncProperty(
    fc
      .integer({ min: 1, max: 300 })
      .chain((count) =>
        fc.tuple(
          fc.constant(count),
          fc.subarray(numbers(count), { minLength: 1, maxLength: Math.min(5, count) }),
        ),
      ),
    async ([count, needed]) => {
      const fails = async (candidate: readonly number[]): Promise<boolean> =>
        Promise.resolve(needed.every((number) => candidate.includes(number)));
      t.strictSame(await shrink(numbers(count), fails), needed);
    },
  );
  await fc.assert(property, { seed: SEED, numRuns: 50 });
});

void t.test('a thousand operations cost few tries', async (t) => {
  let tries = 0;
  const left = await shrink(numbers(1000), async (candidate) => {
    tries += 1;
    return Promise.resolve(candidate.includes(17) && candidate.includes(801));
  });
  t.strictSame(left, [17, 801]);
  t.ok(tries < 100, `${tries} tries`);
});

void t.test('when time is up, it is content with what there is, and tells how far it came', async (t) => {
  const told: number[] = [];
  const left = await shrink(numbers(64), async (candidate) => Promise.resolve(candidate.includes(0)), {
    enough: () => told.length === 2,
    onProgress: (count) => told.push(count),
  });
  t.strictSame(told, [32, 16]);
  t.strictSame(left, numbers(16));
});
