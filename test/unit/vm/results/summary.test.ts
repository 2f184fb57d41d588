import t from 'tap';
import { summary } from '../../../../vm/results/summary.ts';
import { EVENTS, PASSED, runFrom } from './run.ts';

void t.test('a pass needs no words', (t) => {
  t.same(summary(runFrom(PASSED), '/c/build/runs/x', '/c'), []);
  t.end();
});

void t.test('an interrupt says nothing of what it cut off', (t) => {
  const events = [
    ...EVENTS.slice(0, 10),
    { kind: 'run.end', verdict: 'LOST', interrupted: true, ms: 1 } as const,
  ];
  t.same(summary(runFrom(events), '/c/r', '/c'), ['report    r/report.html']);
  t.end();
});

void t.test('what failed, where to read, and what to type for only that', (t) => {
  t.same(summary(runFrom(EVENTS), '/c/build/runs/x', '/c'), [
    'PANIC     bad: Kernel panic - not syncing: <sysrq> & "crash"',
    'failed    test/bad.test.ts: stays up (really) › inner › a < b\u0000\u001b[1m',
    'report    build/runs/x/report.html',
    String.raw`again     npm run vm:test -- --seed 42 --filter '^stays up \(really\)$' test/bad.test.ts`,
  ]);
  t.end();
});

void t.test('a file that failed outside of any test is run whole; many names are cut', (t) => {
  const point = { kind: 'test.point', file: 'a', path: [], name: 'x', ok: false } as const;
  const run = runFrom([
    ...Array.from({ length: 20 }, () => point),
    { kind: 'run.end', verdict: 'FAIL', ms: 1 },
  ]);
  const lines = summary(run, '/c/r', '/c');
  t.equal(lines.length, 18);
  t.same(lines.slice(-3), [
    '          and 5 more',
    'report    r/report.html',
    'again     npm run vm:test -- a',
  ]);
  t.end();
});
