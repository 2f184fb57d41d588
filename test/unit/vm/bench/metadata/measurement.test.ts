import t from 'tap';
import { type Measurement, parseOutput, perFile } from '../../../../../vm/bench/metadata/measurement.ts';

const OUTPUT = `{"calibration":{"loop":2000.000,"rep_movsb":1000.000,"rep_movsq":1000.000,"clock":68}}
{"absent":"diff"}
{"arm":"stat","entries":10,"changed":0,"rounds":1000,"ns":[15042027,15041688]}
`;

void t.test('the lines of the program', async (t) => {
  t.strictSame(parseOutput(OUTPUT), {
    calibration: { loop: 2000, rep_movsb: 1000, rep_movsq: 1000, clock: 68 },
    absent: ['diff'],
    measured: [{ arm: 'stat', entries: 10, changed: 0, rounds: 1000, ns: [15_042_027, 15_041_688] }],
  });
});

void t.test('a line that is none of them is an error', async (t) => {
  t.throws(() => parseOutput('{"arm":"stat","entries":0,"changed":0,"rounds":1,"ns":[1]}'));
  t.throws(() => parseOutput('{"arm":"stat","entries":1,"changed":0,"rounds":1,"ns":[]}'), 'no pass');
  t.throws(() => parseOutput('metadata: mkdir: File exists'));
});

const MEASURED: Omit<Measurement, 'unit' | 'ns'> = {
  fileSystem: 'tmpfs',
  arm: 'stat',
  entries: 10,
  changed: 0,
  rounds: 100,
};

void t.test('instructions are the least, times the median, each of one file', async (t) => {
  const ns = [3_000_000, 1_000_000, 2_500_000];
  t.equal(perFile({ ...MEASURED, unit: 'instructions', ns }), 1000);
  t.equal(perFile({ ...MEASURED, unit: 'ns', ns }), 2500);
});
