/**
 * Random changes that nobody would think of writing down, by one writer and by several at once; and whether a syncer that is
 * wrong would be found. test/churn/README.md says how to make a million of them.
 */
import { tmpdir } from 'node:os';
import t, { type Test } from 'tap';
import { Generator } from '../churn/generator.ts';
import { HostPlace } from '../churn/host-place.ts';
import { hunt } from '../churn/hunt.ts';
import type { Step } from '../churn/operations.ts';
import { KINDS, type Kind } from '../churn/scenarios/all.ts';
import { sessionScope } from '../churn/session.ts';
import { shrink } from '../churn/shrink.ts';
import { diverges, type TrialOptions } from '../churn/trials.ts';
import { PROGRAMS } from '../helpers/churn-programs.ts';
import { SEED } from '../helpers/seed.ts';
import { FILE_SYSTEMS, SYNCER } from '../helpers/syncer.ts';

/** Generous: success is quick. */
const LIMIT_MS = 60_000;
/** tap would make each Node process below it write a report. */
const UNTAPPED = ['env', '-u', 'NODE_OPTIONS'];

/** How to play against a syncer, with all that it needs ended and removed after the test. */
function trial(
  t: Test,
  base: string,
  syncer: readonly string[],
  without: readonly Kind[],
  limitMs: number,
): TrialOptions {
  const abort = new AbortController();
  t.teardown(() => abort.abort(new Error('the test is over')));
  const place = { base, programs: PROGRAMS, syncer: [...UNTAPPED, ...syncer], signal: abort.signal };
  return {
    session: { ...sessionScope(without), limitMs },
    newPlace: () => Promise.resolve(new HostPlace(place)),
  };
}

for (const base of FILE_SYSTEMS) {
  for (const writers of [1, 3]) {
    void t.test(`${writers} at once on ${base}`, async (t) => {
      // --xattrs is another way through the syncer: one writer goes the usual one.
      const without: readonly Kind[] = writers === 1 ? ['xattr'] : [];
      const { session, newPlace } = trial(t, base, SYNCER, without, LIMIT_MS);
      const generator = new Generator({ seed: SEED + writers, batch: 100, writers, without });
      const { counts, failure } = await hunt({
        session,
        place: await newPlace(),
        generator,
        operations: 1000,
      });
      t.equal(failure?.divergence, undefined, `seed ${SEED + writers}`);
      t.ok(counts.operations >= 1000 && counts.comparisons > 5, 'it was put to the test', { counts });
    });
  }
}

/** Right in all but one thing, as a mistake would be. */
const NEVER_DELETES = [...SYNCER, '--no-delete'];

void t.test('a syncer that never deletes is found, and what shows it is a few operations', async (t) => {
  // Few kinds: a short way to the mistake, and so back.
  const kinds = new Set<Kind>(['create', 'append', 'mkdir', 'chmod', 'unlink', 'rename']);
  const without = KINDS.filter((kind) => !kinds.has(kind));
  const { session, newPlace } = trial(t, tmpdir(), NEVER_DELETES, without, 10_000);
  const generator = new Generator({ seed: 1, batch: 5, writers: 1, without });
  const { failure } = await hunt({ session, place: await newPlace(), generator, operations: 1000 });
  t.match(failure?.divergence, /: only in the second tree$/m, 'found');
  const fails = async (candidate: readonly Step[]): Promise<boolean> => {
    // What is only in the second tree stays there: there is nothing to wait for.
    // Played twice: by chance it is equal when what is to go was gone before it was mirrored, on a busy machine above all.
    const divergence = await diverges(candidate, 2, { session: { ...session, limitMs: 3000 }, newPlace });
    return divergence?.includes('only in the second tree') === true;
  };
  const short = await shrink(failure?.steps ?? [], fails);
  const ops = short.map(({ op }) => op);
  // The fewer there are, the more depends on who is faster.
  t.ok(short.length <= 10, 'shrunk', { ops });
  t.ok(
    ops.some((op) => ['unlink', 'remove', 'rmdir', 'rename', 'settle'].includes(op)),
    'to something that takes a name away',
    { ops },
  );
});
