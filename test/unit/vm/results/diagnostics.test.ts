import t from 'tap';
import { diagnosticText } from '../../../../vm/results/diagnostics.ts';

void t.test('what comes before where, and tap’s own matters are left out', (t) => {
  const diag = {
    stack: 'a\nb',
    at: { fileName: 'x.ts', lineNumber: 3 },
    source: 'code',
    found: [1],
    wanted: null,
    output: 'one\ntwo\n',
  };
  t.equal(
    diagnosticText(diag),
    'found: \n  [\n    1\n  ]\noutput: \n  one\n  two\nat: x.ts:3\nstack: \n  a\n  b',
  );
  t.equal(diagnosticText(undefined), '');
  t.end();
});

void t.test('the end of a guest is told in full only where the guest is', (t) => {
  const diag = {
    code: 'VM_PANIC',
    tried: 'run the guest a',
    found: 'the console',
    at: { fileName: 'x.ts', lineNumber: 3 },
  };
  t.equal(diagnosticText(diag), 'tried: run the guest a\nat: x.ts:3');
  t.end();
});
