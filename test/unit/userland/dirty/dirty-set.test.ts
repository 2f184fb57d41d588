import * as fc from 'fast-check';
import t from 'tap';
import { backoffDelay, DEFAULT_BACKOFF } from '../../../../userland/src/dirty/backoff.ts';
import { DirtySet, HINT, SELF } from '../../../../userland/src/dirty/dirty-set.ts';

interface Directory {
  readonly id: number;
}

const DIRECTORIES: readonly Directory[] = [{ id: 0 }, { id: 1 }, { id: 2 }];

type Action =
  | {
      readonly kind: 'add';
      readonly at: number;
      readonly name: string;
      readonly hints: number;
      readonly wait: number;
    }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'take' };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    at: fc.nat(DIRECTORIES.length - 1),
    name: fc.constantFrom(SELF, 'a', 'b', 'c', 'd'),
    hints: fc.nat(7),
    wait: fc.constantFrom(0, 0, 5, 50),
  }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(30) }),
  fc.record({ kind: fc.constant('take' as const) }),
);

void t.test('no entry is lost, none comes early, and hints are joined', async () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const set = new DirtySet<Directory>();
      /** What must come out, by directory and name. */
      const model = new Map<string, { hints: number; due: number }>();
      let now = 0;
      const drain = (): void => {
        for (let batch = set.take(now); batch !== null; batch = set.take(now))
          for (const [name, hints] of batch.names) {
            const key = `${batch.directory.id}/${name}`;
            const expected = model.get(key);
            if (expected === undefined) throw new Error(`${key} was not dirty`);
            if (expected.due > now) throw new Error(`${key} came early`);
            if (expected.hints !== hints) throw new Error(`${key}: hints ${hints}, not ${expected.hints}`);
            model.delete(key);
          }
        for (const [key, { due }] of model) if (due <= now) throw new Error(`${key} did not come`);
      };
      for (const step of actions) {
        if (step.kind === 'pass') now += step.ms;
        else if (step.kind === 'take') drain();
        else {
          const directory = DIRECTORIES[step.at] as Directory;
          set.add(directory, step.name, step.hints, now + step.wait);
          const key = `${directory.id}/${step.name}`;
          const known = model.get(key) ?? { hints: 0, due: Infinity };
          model.set(key, { hints: known.hints | step.hints, due: Math.min(known.due, now + step.wait) });
        }
        if (set.size !== model.size) throw new Error(`${set.size} entries, not ${model.size}`);
        const next = set.nextDue();
        const first = Math.min(...[...model.values()].map((entry) => entry.due));
        if ((next === null) !== (model.size === 0)) throw new Error(`next due ${next}`);
        if (next !== null && next > first) throw new Error(`next due ${next} is after ${first}`);
      }
      now += 1000;
      drain();
      return model.size === 0 && set.nextDue() === null;
    }),
  );
});

void t.test('adding twice is adding once', async () => {
  fc.assert(
    fc.property(fc.array(action), (actions) => {
      const take = (times: number): unknown => {
        const set = new DirtySet<Directory>();
        for (const step of actions)
          if (step.kind === 'add')
            for (let time = 0; time < times; time += 1)
              set.add(DIRECTORIES[step.at] as Directory, step.name, step.hints, step.wait);
        const batches: unknown[] = [];
        for (let batch = set.take(100); batch !== null; batch = set.take(100))
          batches.push([batch.directory.id, ...batch.names]);
        return batches;
      };
      return JSON.stringify(take(1)) === JSON.stringify(take(3));
    }),
  );
});

void t.test('too many names become one comparison of the directory', async (t) => {
  const set = new DirtySet<Directory>({ nameLimit: 3 });
  const [directory] = DIRECTORIES as readonly [Directory];
  set.add(directory, SELF, HINT.DEEP, 100);
  for (const name of ['a', 'b', 'c']) set.add(directory, name, HINT.CONTENT, 7);
  t.equal(set.size, 1);
  t.equal(set.take(6), null);
  t.strictSame([...(set.take(7)?.names ?? [])], [[SELF, HINT.SCAN | HINT.DEEP | HINT.RECENT]]);
});

void t.test('the hints of what was taken are known until the next batch is', async (t) => {
  const set = new DirtySet<Directory>();
  const [directory, other] = DIRECTORIES as readonly [Directory, Directory];
  set.add(directory, 'file', HINT.CONTENT, 0);
  set.take(0);
  t.equal(set.hintsOf(directory, 'file'), HINT.CONTENT, 'it is in work');
  t.equal(set.hintsOf(directory, 'other'), HINT.NONE);
  t.equal(set.hintsOf(other, 'file'), HINT.NONE);
  set.add(directory, 'file', HINT.SCAN, 5);
  t.equal(set.hintsOf(directory, 'file'), HINT.CONTENT | HINT.SCAN);
  set.take(0);
  t.equal(set.hintsOf(directory, 'file'), HINT.SCAN);
});

void t.test('directories take turns', async (t) => {
  const set = new DirtySet<Directory>();
  const [busy, other] = DIRECTORIES as readonly [Directory, Directory];
  set.add(busy, 'grows', HINT.NONE, 0);
  set.add(other, 'waits', HINT.NONE, 0);
  t.equal(set.take(0)?.directory, busy);
  set.add(busy, 'grows', HINT.NONE, 0);
  t.equal(set.take(0)?.directory, other, 'the one that is dirty again goes to the end of the queue');
  t.equal(set.take(0)?.directory, busy);
});

void t.test('failures: later each time, sooner for an event, forgotten when settled', async (t) => {
  const set = new DirtySet<Directory>({ backoff: { firstMs: 10, maxMs: 25 } });
  const [directory] = DIRECTORIES as readonly [Directory];
  const delays = [0, 0, 0].map(() => set.fail(directory, 'file', HINT.NONE, 0));
  t.strictSame(delays, [10, 20, 25]);
  t.equal(set.failing, 1);
  t.equal(set.hopeful, 0);
  t.equal(set.take(9), null);
  set.add(directory, 'file', HINT.CONTENT, 5);
  t.strictSame([...(set.take(5)?.names ?? [])], [['file', HINT.CONTENT]]);
  t.equal(set.history(directory, 'file').failures, 3, 'the event has not mended it yet');
  t.equal(set.settle(directory, 'file'), true);
  t.equal(set.settle(directory, 'file'), false);
  t.equal(set.failing, 0);
});

void t.test('postponing is no failure', async (t) => {
  const set = new DirtySet<Directory>();
  const [directory] = DIRECTORIES as readonly [Directory];
  t.equal(set.postpone(directory, 'file', HINT.NONE, 5), 1);
  t.equal(set.postpone(directory, 'file', HINT.NONE, 5), 2);
  t.equal(set.failing, 0);
  t.equal(set.hopeful, 1);
  set.forget(directory);
  t.equal(set.nextDue(), null);
});

void t.test('back-off grows and is bounded', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (failures) => {
      const delay = backoffDelay(DEFAULT_BACKOFF, failures);
      const next = backoffDelay(DEFAULT_BACKOFF, failures + 1);
      return delay >= DEFAULT_BACKOFF.firstMs && delay <= next && next <= DEFAULT_BACKOFF.maxMs;
    }),
  );
});

void t.test('what was written to is not trusted when its directory has too many dirty names', (t) => {
  const set = new DirtySet<Directory>({ nameLimit: 2 });
  const directory: Directory = { id: 0 };
  for (const name of ['a', 'b', 'c']) set.add(directory, name, name === 'b' ? HINT.CONTENT : HINT.NONE, 0);
  t.strictSame([...(set.take(0)?.names ?? [])], [[SELF, HINT.SCAN | HINT.RECENT]]);
  for (const name of ['a', 'b', 'c']) set.add(directory, name, HINT.NONE, 0);
  t.strictSame([...(set.take(0)?.names ?? [])], [[SELF, HINT.SCAN]]);
  t.end();
});

void t.test('an entry that never rests is not hoped for', (t) => {
  const set = new DirtySet<Directory>();
  const directory: Directory = { id: 0 };
  set.add(directory, 'log', HINT.CONTENT, 0);
  t.equal(set.hopeful, 1);
  for (let wait = 0; wait < 4; wait += 1) {
    t.equal(set.hopeful, 1);
    set.postpone(directory, 'log', HINT.CONTENT, 0);
  }
  t.equal(set.hopeful, 0);
  set.settle(directory, 'log');
  t.equal(set.hopeful, 1);
  t.end();
});

void t.test('what is parked has no time until it is released', (t) => {
  const set = new DirtySet<Directory>();
  const [directory, other] = DIRECTORIES as readonly [Directory, Directory];
  set.add(directory, 'file', HINT.CONTENT, 0);
  set.add(directory, 'later', HINT.NONE, 7);
  const batch = set.take(0);
  if (batch === null) throw new Error('nothing was due');
  set.park(batch);
  set.park({ directory: other, names: new Map([['a', HINT.NONE]]) });
  t.equal(set.nextDue(), 7, 'what came in the meantime has one');
  t.strictSame([...(set.take(7)?.names ?? [])], [['later', HINT.NONE]]);
  t.equal(set.nextDue(), null);
  t.equal(set.take(Number.MAX_VALUE), null);
  t.equal(set.size, 2, 'but it is dirty');
  set.add(directory, 'failed', HINT.NONE, 20);
  set.release(directory, 9);
  t.equal(set.nextDue(), 9);
  t.strictSame([...(set.take(9)?.names ?? [])], [['file', HINT.CONTENT]]);
  t.equal(set.nextDue(), 20, 'what has a time keeps it');
  set.forget(directory);
  set.forget(other);
  t.equal(set.size, 0);
  t.end();
});
