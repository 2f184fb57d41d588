/** A run for the tests of its reports: a file that passed, one whose guest panicked, stages, measurements, messages. */
import type { HarnessEvent, RecordedEvent } from '../../../../vm/events.ts';
import type { Manifest } from '../../../../vm/results/manifest-schema.ts';
import { parseEvents } from '../../../../vm/results/read-events.ts';
import { type Run, runOf } from '../../../../vm/results/model.ts';

const HASH = '0123456789abcdef'.repeat(4);

export const MANIFEST: Manifest = {
  manifest: 1,
  started: '2026-01-02T03:04:05.000Z',
  repeat: 'npm run vm:test -- --from-manifest build/runs/x/manifest.json',
  checkout: { commit: 'c0ffee'.repeat(6), dirty: false },
  options: {
    kernel: 'plain',
    source: 'auto',
    accel: 'tcg',
    memory: 1024,
    seed: 42,
    files: ['test/good.test.ts'],
  },
  kernels: {
    plain: {
      release: '6.1.0',
      source: { origin: 'debian', version: '6.1', sha256: HASH, hashOf: 'tarball', from: 'linux-source-6.1' },
      patches: [{ name: '0001-a.patch', sha256: HASH }],
      gcc: 'gcc 12',
      ld: 'ld 2.40',
      makeVariables: {},
      files: { bzImage: HASH },
    },
  },
  initramfs: HASH,
  syncer: HASH,
  host: { node: 'v24', qemu: '7.2', accel: 'tcg', accelWhy: 'asked for', cpus: 2, os: 'Linux 6.18' },
};

const GOOD = 'test/good.test.ts';
const BAD = 'test/bad.test.ts';
const PANIC = 'Kernel panic - not syncing: <sysrq> & "crash"';

type Written = HarnessEvent & { readonly from?: string };

export const EVENTS: readonly Written[] = [
  { kind: 'run.begin', version: 1, command: 'npm run vm:test' },
  { kind: 'stage.begin', stage: 'build', detail: 'plain kernel' },
  { kind: 'stage.end', stage: 'build', outcome: 'done', ms: 900, detail: 'plain kernel 6.1.0, 3 steps' },
  { kind: 'run.manifest', manifest: MANIFEST },
  { kind: 'tests.begin', round: 1, rounds: 1, files: [GOOD, BAD] },
  { kind: 'vm.start', vm: 'good', accel: 'tcg', commandLine: 'qemu -name good', from: GOOD },
  { kind: 'vm.ready', vm: 'good', ms: 500, kernel: '6.1.0', from: GOOD },
  { kind: 'vm.start', vm: 'bad', accel: 'tcg', commandLine: 'qemu -name bad', from: BAD },
  { kind: 'vm.ready', vm: 'bad', ms: 600, kernel: '6.1.0', from: BAD },
  { kind: 'vm.call', vm: 'bad', call: 1, what: 'run true', from: BAD },
  { kind: 'vm.return', vm: 'bad', call: 1, ms: 3, ok: true, from: BAD },
  { kind: 'vm.call', vm: 'bad', call: 2, what: 'write /proc/sysrq-trigger', from: BAD },
  {
    kind: 'vm.end',
    vm: 'bad',
    verdict: 'PANIC',
    title: PANIC,
    ms: 700,
    findings: [{ kind: 'panic', title: PANIC, from: 5, to: 7, text: PANIC }],
    from: BAD,
  },
  { kind: 'vm.return', vm: 'bad', call: 2, ms: 9, ok: false, from: BAD },
  { kind: 'vm.end', vm: 'good', verdict: 'PASS', title: 'done', ms: 900, from: GOOD },
  { kind: 'stderr', text: '<b>printed</b>' },
  { kind: 'test.point', file: GOOD, path: ['works'], name: 'is so', ok: true },
  { kind: 'test.point', file: GOOD, path: ['works'], name: 'elsewhere', ok: true, skip: 'no root' },
  { kind: 'test.end', file: GOOD, path: ['works'], ok: true, ms: 120 },
  { kind: 'file.end', file: GOOD, ok: true, ms: 1000 },
  {
    kind: 'test.point',
    file: BAD,
    path: ['stays up (really)', 'inner'],
    name: 'a < b\u0000\u001b[1m',
    ok: false,
    diag: { diff: '-1\n+2', at: { fileName: 'test/bad.test.ts', lineNumber: 7 }, source: 'dull' },
  },
  { kind: 'test.end', file: BAD, path: ['stays up (really)'], ok: false, ms: 300 },
  { kind: 'file.end', file: BAD, ok: false, ms: 1100 },
  { kind: 'bench', name: 'boot', arm: 'microvm', value: 0.5, unit: 's' },
  { kind: 'bench', name: 'boot', arm: 'microvm', value: 0.7, unit: 's' },
  { kind: 'bench', name: 'boot', arm: 'q35', value: 1.4, unit: 's' },
  { kind: 'vm.report', vm: 'bad', text: 'VM_PANIC ...' },
  { kind: 'run.end', verdict: 'PANIC', ms: 2000 },
];

/** The text of an events.jsonl that holds `events`, ten milliseconds apart. */
export function eventsText(events: readonly Written[]): string {
  const recorded = events.map((event, index): RecordedEvent => ({
    time: Date.UTC(2026, 0, 2) + index * 10,
    ...event,
  }));
  return recorded.map((event) => `${JSON.stringify(event)}\n`).join('');
}

export function runFrom(events: readonly Written[]): Run {
  return runOf(parseEvents(eventsText(events)));
}

/** The events of a run that passed. */
export const PASSED: readonly Written[] = [
  ...EVENTS.filter(({ from, kind }) => from === GOOD || kind === 'run.begin' || kind === 'run.manifest'),
  { kind: 'test.point', file: GOOD, path: [], name: 'is so', ok: true },
  { kind: 'run.end', verdict: 'PASS', ms: 1000 },
];

export const CONSOLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['bad', ['one', 'two', 'three', 'four', PANIC, 'Call Trace:', '---[ end <trace> ]---', 'eight', 'nine']],
]);
