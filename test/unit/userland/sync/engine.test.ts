/** On real directories, with a real context, but for its clock. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Engine } from '../../../../userland/src/sync/engine.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';
import { waitEqual, waitFor } from '../../../helpers/wait.ts';

const DIRECTORIES = 20;
/** By so many milliseconds the clock goes on each time that somebody looks at it: nothing is quick on this machine. */
const TICK_MS = 5;

/** Directories whose place is taken from them while something in them is dirty, below a syncer to which all of it comes at once. */
async function losePlaces(t: Parameters<typeof syncContext>[0], to: (lab: Lab) => string) {
  const lab = new Lab(t);
  const names = Array.from({ length: DIRECTORIES }, (_, index) => `d${index}`);
  for (const name of names) mkdirSync(join(lab.source, name));
  const stop = new AbortController();
  let time = 0;
  const watching = Promise.withResolvers<void>();
  const context = {
    ...syncContext(t, lab),
    now: () => (time += TICK_MS),
    signal: stop.signal,
    sink: { emit: ({ kind }: { kind: string }) => (kind === 'ready' ? watching.resolve() : undefined) },
  };
  const running = new Engine(context).run();
  await watching.promise;
  const place = to(lab);
  mkdirSync(place, { recursive: true });
  for (const name of names) {
    writeFileSync(join(lab.source, name, 'file'), name);
    renameSync(join(lab.source, name), join(place, name));
  }
  t.strictSame(await waitEqual(lab.source, lab.destination), []);
  const left = await waitFor(() => (context.dirty.size === 0 ? null : context.dirty.size));
  t.equal(left, null, 'nothing is dirty for ever');
  stop.abort();
  await running;
  return context;
}

void t.test('a slow machine comes to rest when watched directories have left', async (t) => {
  const { tree } = await losePlaces(t, (lab) => join(lab.dir, 'outside'));
  t.equal(tree.watches, 1, 'and what left is not watched any more');
});

void t.test('and when they have come to a directory that was not watched yet', async (t) => {
  const { tree } = await losePlaces(t, (lab) => join(lab.source, 'new', 'deeper'));
  t.equal(tree.watches, DIRECTORIES + 3);
});
