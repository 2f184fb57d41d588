/**
 * Renames at every moment of the engine's work: between any two of its system calls the source may change, and in the end the
 * trees are equal and no directory was copied again. Nothing is left to the machine's speed: the next rename happens when the
 * engine is about to make its so-many-eth call.
 */
import { appendFileSync, linkSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Addon } from '../../../../userland/src/native/addon.ts';
import { HINT, SELF } from '../../../../userland/src/dirty/dirty-set.ts';
import { Engine } from '../../../../userland/src/sync/engine.ts';
import type { SyncContext } from '../../../../userland/src/sync/context.ts';
import { interpose } from '../../../helpers/interpose.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';
import { identity } from '../../../helpers/tree.ts';
import { waitEqual, waitFor } from '../../../helpers/wait.ts';

/** An engine that has made no call for so long, in milliseconds, waits for something to happen. */
const IDLE_MS = 70;

/** `from`, and so on every `step`, up to `to`. */
function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** Before which calls the second and the third act come: what follows the first takes some sixty. */
const MOMENTS = range(0, 63, 9).flatMap((second) =>
  range(second, 63, 9).map((third) => [second, third] as const),
);

/** A search of the whole tree comes later. */
const MOMENTS_OF_A_SEARCH = range(36, 54, 9).flatMap((second) =>
  range(second, 117, 6).map((third) => [second, third] as const),
);

interface Sequence {
  readonly name: string;
  /** Each is done some calls after the one before; the first when nothing is going on. They are given the folder. */
  readonly acts: readonly [(at: string) => void, (at: string) => void, (at: string) => void];
  /** Where a/deep is in the end, of which nothing is to be copied again. */
  readonly goal?: string;
  /** Default: `MOMENTS`. */
  readonly moments?: readonly (readonly [second: number, third: number])[];
}

const rename = (from: string, to: string) => (at: string) => renameSync(join(at, from), join(at, to));
const append = (path: string) => (at: string) => appendFileSync(join(at, path), 'more');

const SEQUENCES: readonly Sequence[] = [
  {
    name: 'two directories swapped',
    acts: [rename('a', 't'), rename('b', 'a'), rename('t', 'b')],
    goal: 'b/deep',
  },
  {
    name: 'a directory moved into a new one',
    acts: [(at) => mkdirSync(join(at, 'new')), rename('a', 'new/a'), append('new/a/top')],
    goal: 'new/a/deep',
  },
  {
    name: 'a directory moved through another, which takes its name',
    acts: [rename('a', 'b/a'), rename('b/a', 'c'), rename('b', 'a')],
    goal: 'c/deep',
  },
  {
    name: 'what is below two directories changes places',
    acts: [rename('b/deep', 'a/t'), rename('a/deep', 'b/deep'), rename('a', 'b/a')],
    goal: 'b/deep',
  },
  {
    name: 'a file gets a second name, and the directories of both go elsewhere',
    acts: [
      (at) => linkSync(join(at, 'a/deep/file'), join(at, 'b/linked')),
      rename('b', 'c'),
      rename('a', 'd'),
    ],
    moments: MOMENTS_OF_A_SEARCH,
  },
];

/** Counts the calls of an addon, and does what is planned before the one that it is planned for. */
class Schedule {
  #calls = 0;
  #planned: { readonly call: number; readonly act: () => void }[] = [];

  get calls(): number {
    return this.#calls;
  }

  /** All that was planned, in order; the numbers count from now. */
  plan(planned: readonly { readonly call: number; readonly act: () => void }[]): void {
    this.#calls = 0;
    this.#planned = [...planned];
  }

  /** Does the next thing at once; false when there is none. */
  advance(): boolean {
    const next = this.#planned.shift();
    next?.act();
    return next !== undefined;
  }

  of(addon: Addon): Addon {
    return interpose(addon, () => {
      this.#calls += 1;
      while ((this.#planned[0]?.call ?? Infinity) <= this.#calls) this.advance();
    });
  }
}

/** Resolves when the engine has not made a call for a while. */
async function idle(schedule: Schedule, { dirty }: SyncContext): Promise<void> {
  let before: number;
  do {
    before = schedule.calls;
    await delay(IDLE_MS);
  } while (before !== schedule.calls || dirty.size > 0);
}

function makeTrees(at: string): void {
  for (const name of ['a', 'b']) {
    mkdirSync(join(at, name, 'deep'), { recursive: true });
    for (const file of ['top', 'deep/file']) writeFileSync(join(at, name, file), name);
  }
}

async function explore(t: Test, { acts, goal, moments = MOMENTS }: Sequence): Promise<void> {
  const lab = new Lab(t);
  const schedule = new Schedule();
  const stop = new AbortController();
  const real = syncContext(t, lab);
  const context = { ...real, addon: schedule.of(real.addon), signal: stop.signal };
  const running = new Engine(context).run();
  for (const [second, third] of moments) {
    const folder = `${second}-${third}`;
    const at = join(lab.source, folder);
    const mirror = join(lab.destination, folder);
    makeTrees(at);
    await waitEqual(at, mirror);
    await idle(schedule, context);
    const kept = goal === undefined ? null : identity(join(mirror, 'a/deep/file'));
    schedule.plan([second, third].map((call, index) => ({ call, act: () => acts[index + 1]?.(at) })));
    acts[0](at);
    // Those that no call has come to happen when it is at rest.
    do await idle(schedule, context);
    while (schedule.advance());
    const different = await waitEqual(at, mirror);
    const found = goal === undefined ? null : identity(join(mirror, goal, 'file'));
    t.strictSame({ different, found }, { different: [], found: kept }, `before calls ${second} and ${third}`);
  }
  stop.abort();
  await running;
}

for (const sequence of SEQUENCES) void t.test(sequence.name, async (t) => explore(t, sequence));

void t.test('a directory goes elsewhere while the one that it was in is compared as a whole', async (t) => {
  const lab = new Lab(t);
  makeTrees(lab.source);
  const stop = new AbortController();
  const real = syncContext(t, lab);
  let moving: (() => void) | null = null;
  const addon = interpose(real.addon, (call) => {
    if (call !== 'compareDirs') return;
    moving?.();
    moving = null;
  });
  const running = new Engine({ ...real, addon, signal: stop.signal }).run();
  await waitEqual(lab.source, lab.destination);
  const left = (): number | null => (real.dirty.size === 0 ? null : real.dirty.size);
  await waitFor(left);
  const kept = identity(join(lab.destination, 'a/deep/file'));
  const moved = Promise.withResolvers<void>();
  moving = () => {
    rename('a', 'b/a')(lab.source);
    moved.resolve();
  };
  real.dirty.add(real.tree.root, SELF, HINT.SCAN, real.now());
  writeFileSync(join(lab.source, 'wakes it'), '');
  await moved.promise;
  t.strictSame(await waitEqual(lab.source, lab.destination), []);
  t.equal(await waitFor(left), null);
  t.equal(identity(join(lab.destination, 'b/a/deep/file')), kept, 'its mirror goes with it');
  stop.abort();
  await running;
});
