import t from 'tap';
import type { HarnessEvent } from '../../../../vm/events.ts';
import { StatusLine } from '../../../../vm/terminal/status-line.ts';

/** The line at the time `now`, after events that all happened at 0. */
function lineAfter(events: readonly HarnessEvent[], now: number): string {
  const line = new StatusLine();
  for (const event of events) line.take(event, 0);
  return line.text(now);
}

const TESTS: HarnessEvent = { kind: 'tests.begin', round: 1, rounds: 1, files: ['a', 'b'] };
const START: HarnessEvent = {
  kind: 'vm.start',
  vm: 'phases',
  accel: 'tcg',
  commandLine: 'qemu',
  bootMs: 30_000,
};
const READY: HarnessEvent = { kind: 'vm.ready', vm: 'phases', ms: 5, kernel: '6.1' };

void t.test('nothing is under way: no line', (t) => {
  t.equal(lineAfter([], 0), '');
  const end: HarnessEvent = { kind: 'run.end', verdict: 'PASS', ms: 1 };
  t.equal(lineAfter([TESTS, START, end], 9000), '', 'the end ends everything');
  t.end();
});

void t.test('a stage says how far it is, in its unit', (t) => {
  const begin: HarnessEvent = { kind: 'stage.begin', stage: 'build', detail: 'plain kernel' };
  const base = { kind: 'stage.progress', stage: 'build' } as const;
  t.equal(lineAfter([begin], 500), 'build plain kernel');
  t.equal(lineAfter([begin], 2500), 'build plain kernel 2.5 s');
  const bytes: HarnessEvent = { ...base, done: 1_500_000, total: 3_000_000, unit: 'bytes' };
  t.equal(lineAfter([begin, bytes], 0), 'build 1.5/3.0 MB (50 %)');
  t.equal(lineAfter([begin, { ...base, done: 7, unit: 'files' }], 0), 'build 7 files');
  const steps: HarnessEvent = { ...base, done: 9, total: 8, unit: 'steps', detail: 'CC a.o' };
  t.equal(lineAfter([begin, steps], 0), 'build 9/8 (100 %) CC a.o');
  t.end();
});

void t.test('tests: how many, and what each guest is waited for', (t) => {
  const point: HarnessEvent = { kind: 'test.point', file: 'a', path: [], name: 'x', ok: true };
  const failure: HarnessEvent = { ...point, ok: false };
  t.equal(
    lineAfter([TESTS, START, point], 3100),
    'test 0/2 files, 1 passed · phases: booting 3.1 s of at most 30 s',
  );
  const call: HarnessEvent = { kind: 'vm.call', vm: 'phases', call: 1, what: 'run dirsync' };
  const fileEnd: HarnessEvent = { kind: 'file.end', file: 'a', ok: false, ms: 1 };
  t.equal(
    lineAfter([TESTS, START, READY, call, failure, fileEnd], 1200),
    'test 1/2 files, 0 passed, 1 FAILED · phases: run dirsync 1.2 s',
  );
  const back: HarnessEvent = { kind: 'vm.return', vm: 'phases', call: 1, ms: 3, ok: true };
  t.equal(lineAfter([TESTS, START, READY, call, back], 400), 'test 0/2 files, 0 passed · phases: idle');
  const over: HarnessEvent = { kind: 'vm.end', vm: 'phases', verdict: 'PASS', title: '', ms: 1 };
  t.equal(
    lineAfter([TESTS, START, over], 0),
    'test 0/2 files, 0 passed',
    'a guest that is gone is not waited for',
  );
  t.end();
});

void t.test('repeated tests name the round', (t) => {
  const round: HarnessEvent = { kind: 'tests.begin', round: 2, files: ['a'] };
  t.equal(lineAfter([round], 0), 'test 0/1 files, round 2, 0 passed');
  t.equal(lineAfter([{ ...round, rounds: 5 }], 0), 'test 0/1 files, round 2 of 5, 0 passed');
  t.end();
});

void t.test('without tests the line is only there until the guest answers', (t) => {
  t.equal(lineAfter([START], 1000), 'phases: booting 1.0 s of at most 30 s');
  t.equal(lineAfter([START, READY], 1000), '', 'then the terminal is the guest user’s');
  t.end();
});
