import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { jsonLinesSink, type HarnessEvent } from '../../../../vm/events.ts';
import { parseEvents, readEvents } from '../../../../vm/results/read-events.ts';

const EVENTS: readonly HarnessEvent[] = [
  { kind: 'run.begin', version: 1, command: 'npm run vm:test' },
  { kind: 'note', text: 'two\nlines, ü' },
  {
    kind: 'vm.end',
    vm: 'a',
    verdict: 'PANIC',
    title: 'x',
    ms: 3,
    findings: [{ kind: 'panic', title: 'x', from: 7, to: 9, text: 'x' }],
  },
  { kind: 'test.point', file: 'f', path: ['a', 'b'], name: 'n', ok: false, diag: { at: { lineNumber: 3 } } },
  { kind: 'run.end', verdict: 'PASS', ms: 5 },
];

void t.test('what a sink wrote is read back', async (t) => {
  const path = join(t.testdir(), 'events.jsonl');
  const sink = jsonLinesSink(path, 'test/a.test.ts');
  for (const event of EVENTS) sink.emit(event);
  const { events, unreadable } = await readEvents(path);
  t.equal(unreadable, 0);
  t.match(events, EVENTS);
  t.ok(events.every(({ time, from }) => time > 1e12 && from === 'test/a.test.ts'));
});

void t.test('a file that is cut anywhere still gives every event before the cut', (t) => {
  const text = EVENTS.map((event) => `${JSON.stringify({ time: 1, ...event })}\n`).join('');
  fc.assert(
    fc.property(fc.nat(text.length), (cut) => {
      const { events, unreadable } = parseEvents(text.slice(0, cut));
      const whole = text.slice(0, cut).split('\n').length - 1;
      // A cut right before a newline leaves a line that is complete all the same.
      return events.length + unreadable >= whole && events.length >= whole && unreadable <= 1;
    }),
  );
  t.end();
});

void t.test('later kinds are counted, later fields ignored', (t) => {
  const log = parseEvents(
    '{"kind":"vm.dream","time":1}\n{"kind":"note","text":"x","time":1,"mood":"good"}\nnull\n',
  );
  t.match(log, { unreadable: 2, events: [{ kind: 'note', text: 'x' }] });
  t.end();
});

void t.test('no file, and a file without events, say what to give', async (t) => {
  const path = join(t.testdir(), 'events.jsonl');
  await t.rejects(readEvents(path), { code: 'NO_EVENTS', verdict: 'USAGE', hint: /--from / });
  writeFileSync(path, 'something else\n');
  await t.rejects(readEvents(path), { code: 'NO_EVENTS', found: /no line of it is an event/ });
});
