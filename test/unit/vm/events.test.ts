import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { fanOut, jsonLinesSink, memorySink, type RecordedEvent, runStage } from '../../../vm/events.ts';

void t.test('a stage is framed by its begin and its end', async (t) => {
  const sink = memorySink();
  const value = await runStage(sink, 'fetch', 'linux', async () => ({
    outcome: 'cached',
    detail: '6.1',
    value: 42,
  }));
  t.equal(value, 42);
  t.match(sink.events, [
    { kind: 'stage.begin', stage: 'fetch', detail: 'linux' },
    { kind: 'stage.end', stage: 'fetch', outcome: 'cached', detail: '6.1' },
  ]);
});

void t.test('a stage that throws has failed, and its error passes through', async (t) => {
  const sink = memorySink();
  const error = new Error('no disk');
  await t.rejects(
    runStage(sink, 'build', 'bzImage', () => Promise.reject(error)),
    error,
  );
  t.match(sink.events[1], { kind: 'stage.end', stage: 'build', outcome: 'failed' });
});

void t.test('each sink gets each event; the file has one JSON line an event, with its time', (t) => {
  const path = join(t.testdir(), 'events.jsonl');
  const memory = memorySink();
  const sink = fanOut(memory, jsonLinesSink(path));
  sink.emit({ kind: 'note', text: 'one\ntwo' });
  sink.emit({ kind: 'run.end', verdict: 'PASS', ms: 5 });
  const recorded = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedEvent);
  t.match(recorded, memory.events);
  t.ok(recorded.every(({ time }) => Math.abs(time - Date.now()) < 60_000));
  t.end();
});
