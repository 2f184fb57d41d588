/** Each way in which an entry can change; and changes that never end. */
import { appendFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { playScenarios } from '../helpers/play-scenarios.ts';
import { Lab } from '../helpers/syncer.ts';
import { waitFor } from '../helpers/wait.ts';
import { KINDS_OF_CHANGE } from '../scenarios/kinds-of-change.ts';

await playScenarios(t, KINDS_OF_CHANGE);

void t.test('the attributes of the source itself, each alone', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  // Nothing else happens in it: with the next change it would be mirrored by the way.
  for (const change of ['chmod 2711', 'touch -a -m -d @86400', 'touch -m -d @1000000000']) {
    execaSync('sh', ['-c', `${change} "$1"`, 'sh', lab.source]);
    t.strictSame(await live.settled({ deadlineMs: 10_000 }), [], change);
  }
  t.equal((await live.stop()).code, 0);
});

void t.test('a file that grows for ever does not starve the others', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  const grow = setInterval(() => appendFileSync(join(lab.source, 'log'), 'line\n'.repeat(1000)), 2);
  t.teardown(() => clearInterval(grow));
  writeFileSync(join(lab.source, 'other'), 'arrives');
  const copied = (): string | null =>
    statSync(join(lab.destination, 'other'), { throwIfNoEntry: false })?.size === 7 ? null : 'missing';
  t.equal(await waitFor(copied), null);
  t.equal(
    await waitFor(() =>
      (statSync(join(lab.destination, 'log'), { throwIfNoEntry: false })?.size ?? 0) > 0 ? null : 'empty',
    ),
    null,
    'and arrives itself',
  );
  clearInterval(grow);
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('a file that grows from the beginning does not keep the run from being ready', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'log'), Buffer.alloc(4 << 20));
  const grow = setInterval(() => appendFileSync(join(lab.source, 'log'), 'line\n'), 1);
  t.teardown(() => clearInterval(grow));
  const live = lab.start(t);
  await live.output(/^Watching directory: /m);
  clearInterval(grow);
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});
