import * as fc from 'fast-check';
import t from 'tap';
import { formatScript, formatStep, parseScript, type Step } from '../../../churn/operations.ts';
import { SEED } from '../../../helpers/seed.ts';

const name = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) });

void t.test('any bytes survive, and a line is printable ASCII', (t) => {
  const steps = fc.array(
    fc.record({ op: fc.constant('rename' as const), path: name, to: name, by: fc.nat(9) }),
  );
  fc.assert(
    fc.property(steps, (script) => {
      const text = formatScript(script);
      return /^[\n -~]*$/.test(text) && JSON.stringify(parseScript(text)) === JSON.stringify(script);
    }),
    { seed: SEED },
  );
  t.end();
});

void t.test('comments and empty lines say nothing; what is no operation is named', (t) => {
  const step: Step = { op: 'create', path: 'source/\xff\n', mode: 0o644, size: 3, fill: 1 };
  t.equal(
    formatStep(step),
    String.raw`{"op":"create","path":"source/\u00ff\n","mode":420,"size":3,"fill":1}`,
  );
  t.strictSame(parseScript(`# found\n\n${formatStep(step)}\n`), [step]);
  t.throws(() => parseScript('# a\n{"op":'), /line 2 is no JSON: \{"op":/);
  t.throws(() => parseScript('{"op":"format","path":"/"}'), /line 1 is no operation/);
  t.throws(() => parseScript('null'), /line 1 is no operation/);
  t.end();
});
