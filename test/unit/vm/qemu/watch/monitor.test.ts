import * as fc from 'fast-check';
import t from 'tap';
import type { Finding } from '../../../../../vm/console/finding.ts';
import {
  initialFacts,
  nextStep,
  observe,
  verdictOf,
  type Facts,
  type Observation,
  type Step,
  type StopReason,
} from '../../../../../vm/qemu/watch/monitor.ts';

const DEADLINES = { bootMs: 1000, beatMs: 500, exitMs: 300, panicMs: 100 };

/** Folds timed observations, [ms, what]. */
function facts(...seen: readonly (readonly [number, Observation])[]): Facts {
  return seen.reduce((sum, [at, what]) => observe(sum, what, at), initialFacts(0));
}
const verdict = (...seen: readonly (readonly [number, Observation])[]): string =>
  verdictOf(facts(...seen), DEADLINES).verdict;
const title = (...seen: readonly (readonly [number, Observation])[]): string =>
  verdictOf(facts(...seen), DEADLINES).title;
/** The next step at `now`. */
const step = (now: number, ...seen: readonly (readonly [number, Observation])[]): Step =>
  nextStep(facts(...seen), DEADLINES, now);

const LINES: Observation = { kind: 'console', lineCount: 12, findings: [] };
const finding = (kind: Finding['kind'], what: string): Finding => {
  return { kind, title: what, from: 13, to: 20, text: '' };
};
const printed = (...findings: Finding[]): Observation => ({ kind: 'console', lineCount: 20, findings });
const PANIC_TITLE = 'kernel panic: sysrq triggered crash';
const PANIC = printed(finding('panic', PANIC_TITLE));
const SPLAT = printed(finding('splat', 'WARNING in f'));
const RCU_STALL = finding('stall', 'INFO: rcu detected stall in f');
const HUNG_TASK = finding('stall', 'INFO: task hung in f');
const taint = (flags: number): Observation => ({ kind: 'taint', flags });
const PVPANIC: Observation = { kind: 'qmp', event: 'GUEST_PANICKED', data: { action: 'run' } };
const shutdown = (reason: string): Observation => ({ kind: 'qmp', event: 'SHUTDOWN', data: { reason } });
const exit = (code: number, stderr = ''): Observation => ({ kind: 'exit', exit: { code, stderr } });
const killed = (signal: string): Observation => ({ kind: 'exit', exit: { signal, stderr: '' } });
const HELLO: Observation = { kind: 'hello' };
const DONE: Observation = { kind: 'done' };
const CLOSED: Observation = { kind: 'agent-closed', why: 'another nonce' };
const stopped = (reason: StopReason): Observation => ({
  kind: 'stopped',
  reason,
});

void t.test('only a guest that said done and left by itself passes', async (t) => {
  t.equal(verdict([1, LINES], [2, HELLO], [3, DONE], [4, shutdown('guest-shutdown')], [5, exit(0)]), 'PASS');
  t.equal(
    verdict(
      [1, HELLO],
      [3, DONE],
      [4, shutdown('guest-reset')],
      [5, shutdown('host-qmp-quit')],
      [6, exit(0)],
    ),
    'PASS',
  );
  t.equal(verdict([1, LINES], [2, HELLO], [4, shutdown('guest-shutdown')], [5, exit(0)]), 'LOST');
  t.equal(verdict([1, LINES], [2, HELLO], [3, DONE], [4, shutdown('host-signal')], [5, exit(0)]), 'LOST');
  t.equal(verdict([1, LINES], [2, HELLO], [3, DONE], [5, exit(1)]), 'LOST');
  t.equal(verdict([1, LINES], [2, HELLO], [3, DONE], [5, killed('SIGKILL')]), 'LOST');
  t.equal(verdict([1, LINES], [2, HELLO], [3, DONE], [5, stopped('exit')], [6, killed('SIGKILL')]), 'HANG');
});

void t.test('a panic is one PANIC, whatever else it brings along', async (t) => {
  const rest = [
    [20, CLOSED],
    [30, shutdown('guest-reset')],
    [40, exit(0)],
  ] as const;
  t.equal(title([9, HELLO], [10, PANIC], [11, PVPANIC], ...rest), PANIC_TITLE);
  t.equal(title([9, HELLO], [10, PVPANIC], [11, PANIC], ...rest), PANIC_TITLE);
  t.equal(verdict([9, HELLO], [10, PVPANIC], ...rest), 'PANIC');
  t.equal(verdict([9, LINES], [10, SPLAT], [11, PANIC], ...rest), 'PANIC');
  t.equal(verdict([9, LINES], [10, SPLAT], [11, PVPANIC], ...rest), 'PANIC');
  t.equal(verdict([9, LINES], [10, PANIC], [200, stopped('panic')], [201, killed('SIGKILL')]), 'PANIC');
});

void t.test('a splat spoils a guest that ended well, and names one that hung', async (t) => {
  t.equal(verdict([1, HELLO], [2, SPLAT], [3, DONE], [4, shutdown('guest-shutdown')], [5, exit(0)]), 'SPLAT');
  t.equal(verdict([1, HELLO], [2, SPLAT], [900, stopped('beat')], [901, killed('SIGKILL')]), 'SPLAT');
});

void t.test('one hang is one verdict, in the words nearest to its cause', async (t) => {
  const hung = [
    [900, stopped('beat')],
    [901, killed('SIGKILL')],
  ] as const;
  for (const stalls of [
    [RCU_STALL, HUNG_TASK],
    [HUNG_TASK, RCU_STALL],
  ]) {
    t.equal(verdict([1, HELLO], [2, printed(...stalls)], ...hung), 'HANG');
    t.equal(title([1, HELLO], [2, printed(...stalls)], ...hung), RCU_STALL.title);
  }
  t.equal(verdict([1, HELLO], [2, printed(RCU_STALL, finding('splat', 'WARNING in f'))], ...hung), 'SPLAT');
  t.match(
    title([2, printed(RCU_STALL)], [1000, stopped('boot')], [1001, killed('SIGKILL')]),
    /rcu.*stall in f/,
  );
});

void t.test('a stall that ended spoils a guest that ended well', async (t) => {
  const well = [
    [3, DONE],
    [4, shutdown('guest-shutdown')],
    [5, exit(0)],
  ] as const;
  t.equal(verdict([1, HELLO], [2, printed(RCU_STALL)], ...well), 'SPLAT');
  t.equal(title([1, HELLO], [2, printed(HUNG_TASK, RCU_STALL)], ...well), RCU_STALL.title);
});

void t.test('what the harness made a hanging guest print is no finding', async (t) => {
  const asked = [
    [900, stopped('beat')],
    [901, PANIC],
    [902, exit(0)],
  ] as const;
  t.equal(verdict([1, HELLO], ...asked), 'HANG');
});

void t.test('an excused report does not count, a panic always does', async (t) => {
  const known = { reason: 'reported upstream', expires: '2099-01-01' };
  const well = [
    [3, taint(512)],
    [4, DONE],
    [5, shutdown('guest-shutdown')],
    [6, exit(0)],
  ] as const;
  const excused = printed({ ...finding('splat', 'WARNING in f'), known });
  t.equal(verdict([1, HELLO], [1, taint(0)], [2, excused], ...well), 'PASS');
  t.equal(verdict([1, HELLO], [1, taint(0)], [2, SPLAT], ...well), 'SPLAT');
  t.equal(verdict([1, HELLO], [2, printed({ ...finding('panic', 'x'), known })], ...well), 'PANIC');
});

void t.test('a kernel that became tainted has not passed, whatever its log shows', async (t) => {
  const well = [
    [4, DONE],
    [5, shutdown('guest-shutdown')],
    [6, exit(0)],
  ] as const;
  t.equal(verdict([1, HELLO], [1, taint(0)], [3, taint(0)], ...well), 'PASS');
  t.equal(verdict([1, HELLO], [1, taint(4)], [3, taint(4)], ...well), 'PASS', 'as it was from the start');
  t.equal(verdict([1, HELLO], [1, taint(4)], [3, taint(4 + 512)], ...well), 'SPLAT');
  t.equal(
    title([1, HELLO], [1, taint(0)], [3, taint(512)], ...well),
    'the kernel became tainted: W (the kernel issued a warning)',
  );
});

void t.test('before the agent it is BOOT', async (t) => {
  t.equal(verdict([1, LINES], [1000, stopped('boot')], [1001, killed('SIGKILL')]), 'BOOT');
  t.match(title([1000, stopped('boot')], [1001, killed('SIGKILL')]), /within 1000 ms.*stayed silent/);
  t.equal(verdict([1, LINES], [5, shutdown('guest-shutdown')], [6, exit(0)]), 'BOOT');
  t.match(title([1, LINES], [5, shutdown('guest-reset')], [6, exit(0)]), /reset itself/);
});

void t.test('after the agent it is HANG or LOST', async (t) => {
  t.equal(verdict([1, HELLO], [502, stopped('beat')], [503, killed('SIGKILL')]), 'HANG');
  t.match(title([1, HELLO], [2, CLOSED], [2, stopped('agent')], [401, killed('SIGKILL')]), /another nonce/);
  t.equal(
    verdict([1, HELLO], [2, { kind: 'shutdown-asked' }], [400, stopped('exit')], [401, killed('SIGKILL')]),
    'HANG',
  );
  t.match(title([1, LINES], [2, HELLO], [3, killed('SIGKILL')]), /from outside by SIGKILL/);
  t.equal(verdict([1, killed('SIGABRT')]), 'INFRA', 'QEMU gave up before the guest ran');
  t.match(title([1, killed('SIGABRT')]), /QEMU crashed \(SIGABRT\)/);
  t.equal(verdict([1, LINES], [2, HELLO], [3, killed('SIGSEGV')]), 'LOST');
  t.match(title([1, LINES], [2, HELLO], [3, shutdown('host-signal')], [4, exit(0)]), /from outside/);
});

void t.test('what the host did wrong is INFRA', async (t) => {
  t.equal(verdict([1, exit(1, 'qemu-system-x86_64: -bad: invalid option')]), 'INFRA');
  t.match(title([1, exit(1, 'first\nqemu-system-x86_64: -bad: invalid option')]), /-bad: invalid option$/);
  t.equal(verdict([1, { kind: 'exit', exit: { stderr: 'spawn ENOENT' } }]), 'INFRA');
  t.equal(
    verdict([1, { kind: 'internal-error' }], [2, stopped('internal-error')], [3, killed('SIGKILL')]),
    'INFRA',
  );
});

void t.test('an interrupted guest never passes', async (t) => {
  t.equal(verdict([1, HELLO], [2, { kind: 'aborted' }], [2, stopped('aborted')], [3, exit(0)]), 'LOST');
});

void t.test('each phase has its deadline, and the next sign of life moves it', async (t) => {
  t.strictSame(step(999, [1, LINES]), { kind: 'wait', until: 1000 });
  t.strictSame(step(1000, [1, LINES]), { kind: 'stop', reason: 'boot' });
  t.strictSame(step(999, [700, HELLO]), { kind: 'wait', until: 1200 });
  t.strictSame(step(1200, [700, HELLO]), { kind: 'stop', reason: 'beat' });
  t.strictSame(step(1200, [700, HELLO], [1100, { kind: 'beat' }]), { kind: 'wait', until: 1600 });
  t.strictSame(step(800, [700, HELLO], [750, { kind: 'shutdown-asked' }]), { kind: 'wait', until: 1050 });
  t.strictSame(step(800, [700, HELLO], [750, DONE]), { kind: 'wait', until: 1050 });
  t.strictSame(step(1050, [700, HELLO], [750, DONE]), { kind: 'stop', reason: 'exit' });
  t.strictSame(step(751, [700, HELLO], [750, CLOSED]), { kind: 'stop', reason: 'agent' });
  t.strictSame(step(750, [700, HELLO], [740, PANIC]), { kind: 'wait', until: 840 });
  t.strictSame(step(840, [700, HELLO], [740, PANIC]), { kind: 'stop', reason: 'panic' });
  t.strictSame(step(1, [0, { kind: 'aborted' }]), { kind: 'stop', reason: 'aborted' });
  t.strictSame(step(1, [0, { kind: 'internal-error' }]), { kind: 'stop', reason: 'internal-error' });
  t.strictSame(step(9999, [5, exit(0)]), { kind: 'judge' });
});

const anything = fc.constantFrom<Observation>(
  LINES,
  PANIC,
  SPLAT,
  PVPANIC,
  HELLO,
  { kind: 'beat' },
  { kind: 'shutdown-asked' },
  DONE,
  CLOSED,
  { kind: 'aborted' },
  { kind: 'internal-error' },
  shutdown('guest-shutdown'),
  shutdown('guest-reset'),
  shutdown('host-signal'),
);

/** As the console tells it: each of its observations has all findings so far. */
function asTold(seen: readonly Observation[]): Observation[] {
  const findings: Finding[] = [];
  return seen.map((what) => {
    if (what.kind !== 'console') return what;
    findings.push(...what.findings);
    return { ...what, findings: [...findings] };
  });
}

void t.test(
  'whatever happens: time only goes on, and PASS needs done, a clean exit and no bad sign',
  async () => {
    fc.assert(
      fc.property(
        fc.array(anything),
        fc.constantFrom(exit(0), exit(1), killed('SIGKILL')),
        (before, last) => {
          const all = facts(...asTold([...before, last]).map((what, index) => [index, what] as const));
          const bad = before.some(
            (what) =>
              ['aborted', 'internal-error'].includes(what.kind) ||
              what === PANIC ||
              what === SPLAT ||
              what === PVPANIC,
          );
          const passes = verdictOf(all, DEADLINES).verdict === 'PASS';
          return !passes || (before.includes(DONE) && last.kind === 'exit' && last.exit.code === 0 && !bad);
        },
      ),
    );
    fc.assert(
      fc.property(fc.array(anything), fc.nat(5000), (before, now) => {
        const all = facts(...asTold(before).map((what, index) => [index, what] as const));
        const next = nextStep(all, DEADLINES, now);
        return next.kind === 'stop' || (next.kind === 'wait' && next.until > now);
      }),
    );
  },
);

void t.test('a crash that a test asked for is no failure, and excuses none', async (t) => {
  const quit: Observation = { kind: 'qmp', event: 'SHUTDOWN', data: { reason: 'host-qmp-quit' } };
  const gone: Observation = { kind: 'exit', exit: { code: 0, stderr: '' } };
  const asked: Observation = { kind: 'crash-asked' };
  t.equal(verdict([0, { kind: 'hello' }], [1, asked], [2, quit], [3, gone]), 'PASS');
  t.equal(verdict([0, { kind: 'hello' }], [2, quit], [3, gone]), 'LOST', 'nobody asked');
  t.equal(verdict([0, { kind: 'hello' }], [0, SPLAT], [1, asked], [2, quit], [3, gone]), 'SPLAT');
  t.match(step(400, [0, { kind: 'hello' }], [10, asked]), { kind: 'stop', reason: 'exit' });
});
