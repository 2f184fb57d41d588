import t from 'tap';
import { EXIT_CODES, VERDICT_MEANINGS, VERDICTS, worstVerdict } from '../../../vm/verdict.ts';

void t.test('each verdict has an exit code of its own, below those that shells use', (t) => {
  const codes = VERDICTS.map((verdict) => EXIT_CODES[verdict]);
  t.equal(new Set(codes).size, VERDICTS.length);
  t.ok(codes.every((code) => code >= 0 && code < 126));
  t.same([EXIT_CODES.PASS, EXIT_CODES.FAIL, EXIT_CODES.USAGE], [0, 1, 2], 'the three that everybody knows');
  t.ok(VERDICTS.every((verdict) => VERDICT_MEANINGS[verdict].length > 0));
  t.end();
});

void t.test('a run is as bad as its worst guest, and none at all is no pass', (t) => {
  t.equal(worstVerdict(['PASS', 'FAIL', 'PANIC']), 'PANIC');
  t.equal(worstVerdict(['PASS', 'FAIL']), 'FAIL');
  t.equal(worstVerdict(['PASS', 'PASS']), 'PASS');
  t.equal(worstVerdict([]), 'FAIL');
  t.end();
});
