import t from 'tap';
import { readTap } from '../../../helpers/tap-program.ts';

/** As kselftest_harness.h of Linux 6.1 prints it, with what it says on stderr in between. */
const KTAP = `TAP version 13
1..3
# Starting 3 tests from 2 test cases.
#  RUN           list.one ...
# list_test.c:3:one:Expected 1 (1) == 2 (2)
# one: Test failed at step #2
#          FAIL  list.one
not ok 1 list.one
#  RUN           list.two ...
#      SKIP      no user namespaces
#            OK  list.two
ok 2 # SKIP no user namespaces
#  RUN           list.three ...
#            OK  list.three
ok 3 list.three
# FAILED: 2 / 3 tests passed.
# Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0
`;

void t.test('a kselftest says why before its point, and no name of what it skips', (t) => {
  const { points, whole } = readTap(KTAP);
  t.notOk(whole, 'a point failed');
  t.match(points, [
    { name: 'list.one', ok: false, skip: undefined, comments: [/Expected 1/, /step #2/, /FAIL/] },
    { name: 'list.two', ok: true, skip: 'no user namespaces' },
    { name: 'list.three', ok: true, skip: undefined },
  ]);
  t.end();
});

void t.test('another program says why behind its point', (t) => {
  const { points } = readTap('TAP version 14\nok 1 - one\nnot ok 2 - two\n# it is 3\n# and not 2\n1..2\n');
  t.match(points, [
    { name: 'one', ok: true, comments: [] },
    { name: 'two', ok: false, comments: ['# it is 3', '# and not 2'] },
  ]);
  t.end();
});

void t.test('a stream that breaks off is not whole', (t) => {
  const passing = KTAP.replace('not ok', 'ok');
  t.ok(readTap(passing).whole);
  t.notOk(readTap(passing.slice(0, passing.indexOf('#  RUN           list.three'))).whole);
  t.end();
});
