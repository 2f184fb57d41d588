import t from 'tap';
import { badGuests, ending, failures, fullName } from '../../../../vm/results/model.ts';
import { EVENTS, PASSED, runFrom } from './run.ts';

void t.test('a run is what its events tell', (t) => {
  const run = runFrom(EVENTS);
  t.match(run.stages, [{ stage: 'build', at: 10, ms: 900, outcome: 'done' }]);
  t.match(run.suites, [
    { file: 'test/good.test.ts', ok: true, ms: 1000, points: [{ ok: true }, { skip: 'no root' }] },
    { file: 'test/bad.test.ts', ok: false, points: [{ ok: false }] },
  ]);
  t.match(run.guests, [
    { name: 'good', file: 'test/good.test.ts', readyMs: 500, end: { verdict: 'PASS' } },
    { name: 'bad', file: 'test/bad.test.ts', end: { verdict: 'PANIC', findings: [{ from: 5, to: 7 }] } },
  ]);
  t.same(
    [...(run.guests[1]?.pending.values() ?? [])],
    ['write /proc/sysrq-trigger'],
    'what it did not answer',
  );
  t.same(
    failures(run).map(({ point }) => fullName(point)),
    ['stays up (really) › inner › a < b\u0000\u001b[1m'],
  );
  t.same(
    badGuests(run).map(({ name }) => name),
    ['bad'],
  );
  t.same([ending(run), ending(runFrom(PASSED))], ['PANIC', 'PASS']);
  t.end();
});

void t.test('a run that was cut off has no end, and its guests neither', (t) => {
  const run = runFrom(EVENTS.slice(0, 9));
  t.equal(ending(run), 'NO END');
  t.same(
    badGuests(run).map(({ name }) => name),
    ['good', 'bad'],
    'nobody saw them pass',
  );
  t.end();
});

void t.test('each round has its own suites; an interrupt is no verdict', (t) => {
  const point = { kind: 'test.point', file: 'a', path: [], name: 'x', ok: true } as const;
  const run = runFrom([
    { kind: 'tests.begin', round: 1, files: ['a'] },
    point,
    { kind: 'tests.begin', round: 2, files: ['a'] },
    { ...point, ok: false },
    { kind: 'run.end', verdict: 'LOST', interrupted: true, ms: 5 },
  ]);
  t.match(run.suites, [{ round: 1 }, { round: 2 }]);
  t.match(failures(run), [{ round: 2 }]);
  t.equal(ending(run), 'INTERRUPTED');
  t.end();
});
