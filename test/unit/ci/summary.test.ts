import t from 'tap';
import { summaryOf } from '../../../ci/summary.ts';
import type { RecordedEvent } from '../../../vm/events.ts';
import { runOf } from '../../../vm/results/model.ts';

const EVENTS: readonly RecordedEvent[] = [
  { time: 0, kind: 'run.begin', version: 1, command: 'vm:test' },
  { time: 1, kind: 'vm.start', vm: 'a', accel: 'tcg', commandLine: 'qemu' },
  { time: 2, kind: 'test.point', file: 'a.test.ts', path: ['outer'], name: 'good', ok: true },
  { time: 3, kind: 'test.point', file: 'a.test.ts', path: ['outer'], name: 'b`d', ok: false },
  { time: 4, kind: 'test.point', file: 'a.test.ts', path: [], name: 'later', ok: true, skip: 'why' },
  { time: 5, kind: 'vm.end', vm: 'a', verdict: 'PANIC', title: 'Kernel panic - not syncing', ms: 3 },
  { time: 4000, kind: 'run.end', verdict: 'PANIC', ms: 4000 },
];

void t.test('verdict, counts, bad guests and failures, as Markdown', (t) => {
  t.equal(
    summaryOf(runOf({ events: EVENTS, unreadable: 0 }), 'plain'),
    [
      '### plain: PANIC',
      '',
      '1 passed, 1 failed, 1 skipped, 1 guests, 4 s',
      '',
      '- guest a: **PANIC** `Kernel panic - not syncing`',
      "- `a.test.ts`: `outer › b'd`",
      '',
    ].join('\n'),
  );
  t.end();
});

void t.test('a run that did not end says so', (t) => {
  t.match(summaryOf(runOf({ events: EVENTS.slice(0, 3), unreadable: 0 }), 'plain'), /^### plain: NO END\n/);
  t.end();
});
