import t from 'tap';
import { addTallies, renderTally, TallyReader } from '../../../ci/tally.ts';

function tally(tap: string, chunk = tap.length): string {
  const reader = new TallyReader();
  for (let at = 0; at < tap.length; at += chunk) reader.write(tap.slice(at, at + chunk));
  return renderTally(reader.end());
}

const NESTED = `TAP version 14
# Subtest: a.test.ts
    # Subtest: first
        ok 1 - one
        ok 2 - two
        1..2
    ok 1 - first
    not ok 2 - direct
    1..2
not ok 1 - a.test.ts
1..1
`;

void t.test('each test point counts once, sums of subtests do not', (t) => {
  t.equal(tally(NESTED), '2 passed, 1 failed');
  t.equal(tally(NESTED, 1), '2 passed, 1 failed', 'also when it comes byte by byte');
  t.end();
});

void t.test('a subtest that fails without a failing point is one failure', (t) => {
  const timedOut = `TAP version 14
# Subtest: a.test.ts
    ok 1 - one
    1..1
not ok 1 - a.test.ts
  ---
  signal: SIGTERM
  ...
1..1
`;
  t.equal(tally(timedOut), '1 passed, 1 failed');
  t.end();
});

void t.test('skipped is neither passed nor failed', (t) => {
  t.equal(
    tally('TAP version 14\nok 1 - a # SKIP no root\nok 2 - b\n1..2\n'),
    '1 passed, 0 failed, 1 skipped',
  );
  t.end();
});

void t.test('what ends early has failed', (t) => {
  t.equal(tally('TAP version 14\nok 1 - a\nBail out! no kernel\n'), '1 passed, 1 failed');
  t.equal(tally('TAP version 14\n1..3\nok 1 - a\n'), '1 passed, 1 failed', 'a plan that was not kept');
  t.end();
});

void t.test('tallies add up', (t) => {
  const sum = addTallies([
    { passed: 1, failed: 2, skipped: 3 },
    { passed: 10, failed: 20, skipped: 30 },
  ]);
  t.same(sum, { passed: 11, failed: 22, skipped: 33 });
  t.end();
});
