import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Context } from '../../../../vm/context.ts';
import { UserError } from '../../../../vm/errors.ts';
import { type Run, runOf } from '../../../../vm/results/model.ts';
import { readEvents } from '../../../../vm/results/read-events.ts';
import { recordRun } from '../../../../vm/results/record.ts';
import type { Verdict } from '../../../../vm/verdict.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

/** Records `work`; returns how it settled, what its events tell, and what was shown. */
async function record(t: Test, work: (context: Context, abort: AbortController) => Promise<Verdict>) {
  const { ctx, events: shown, folder: runDir, abort } = await freshContext(t);
  const settled = await recordRun({ runDir, command: 'typed', output: 'tap', cwd: runDir }, ctx, (recorded) =>
    work(recorded, abort),
  ).catch((error: unknown) => error);
  const run: Run = runOf(await readEvents(join(runDir, 'events.jsonl')));
  for (const name of ['report.html', 'junit.xml']) t.ok(existsSync(join(runDir, name)), name);
  return { settled, run, shown };
}

void t.test('what is emitted is recorded and shown, in a frame', async (t) => {
  const { settled, run, shown } = await record(t, async ({ events }) => {
    events.emit({ kind: 'note', text: 'hello' });
    return 'PASS';
  });
  t.equal(settled, 'PASS');
  t.match(run, { command: 'typed', end: { verdict: 'PASS', interrupted: false }, log: [{ text: 'hello' }] });
  t.same(
    shown.map(({ kind }) => kind),
    ['run.begin', 'note', 'run.end', 'run.summary'],
  );
});

void t.test('an error ends the run with its own verdict, and passes through', async (t) => {
  const error = new UserError({ code: 'PATCH_FAILED', tried: 'apply', found: 'rejects' });
  const { settled, run } = await record(t, () => Promise.reject(error));
  t.equal(settled, error);
  t.match(run, { error: { code: 'PATCH_FAILED', tried: 'apply' }, end: { verdict: 'FAIL' } });
});

void t.test('a mistake of the harness is recorded as such', async (t) => {
  const { run } = await record(t, () => Promise.reject(new TypeError('x is undefined')));
  t.match(run, { error: { code: 'BUG', found: /TypeError: x is undefined\n/ }, end: { verdict: 'INFRA' } });
});

void t.test('an interrupt is an end without a verdict on what did not run', async (t) => {
  const { settled, run } = await record(t, async ({ signal }, abort) => {
    abort.abort(new Error('Ctrl+C'));
    signal.throwIfAborted();
    return 'PASS';
  });
  t.match(settled, { message: 'Ctrl+C' });
  t.match(run, { end: { interrupted: true } });
  t.notOk('error' in run);
});
