/**
 * The policy of verdicts: what was observed of one guest, how long to go on, and what it was in the end.
 *
 * Pure: observations are folded into `Facts`, `nextStep` says whether to wait or to stop the guest, and `verdictOf`
 * judges once it is gone. One bad end has many signs (a panic also closes the agent's line and ends QEMU), so the judge
 * looks at all of them, worst cause first, and not at the sign that happened to come first.
 */
import { explanationOfHang, type Finding } from '../../console/finding.ts';
import { newTaint } from '../../console/taint.ts';
import type { Verdict } from '../../verdict.ts';
import type { Deadlines } from './deadlines.ts';
import type { QemuExit } from '../process.ts';

/** Why the harness itself ended a guest. */
export type StopReason = 'boot' | 'beat' | 'exit' | 'panic' | 'agent' | 'internal-error' | 'aborted';

/** Something seen of the guest. Times, where the policy needs them, are given beside, see `observe`. */
export type Observation =
  /** `findings` are all so far, not only the new ones. */
  | { readonly kind: 'console'; readonly lineCount: number; readonly findings: readonly Finding[] }
  | { readonly kind: 'qmp'; readonly event: string; readonly data: Readonly<Record<string, unknown>> }
  /** QEMU's run state became `internal-error`: it is alive, its guest is not. */
  | { readonly kind: 'internal-error' }
  | { readonly kind: 'hello' }
  | { readonly kind: 'beat' }
  /** The flags of /proc/sys/kernel/tainted, as the agent read them. */
  | { readonly kind: 'taint'; readonly flags: number }
  | { readonly kind: 'shutdown-asked' }
  /** A test crashes the guest on purpose. */
  | { readonly kind: 'crash-asked' }
  | { readonly kind: 'done' }
  /** The conversation was given up: another nonce, an unknown protocol, a line that cannot be repaired. */
  | { readonly kind: 'agent-closed'; readonly why: string }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'stopped'; readonly reason: StopReason }
  | { readonly kind: 'exit'; readonly exit: QemuExit };

/** All that was observed; every `...At` is in ms of the clock that `observe` is given. */
export interface Facts {
  readonly startedAt: number;
  readonly consoleLines: number;
  readonly findings: readonly Finding[];
  /** When the panic was seen first, on the console or by pvpanic. */
  readonly panicAt?: number;
  /** Taint flags: those that the kernel had when the agent answered, and the latest. */
  readonly taint?: { readonly first: number; readonly last: number };
  readonly internalError?: true;
  /** QEMU's SHUTDOWN event: `guest-shutdown`, `guest-reset`, `host-signal`, ... */
  readonly shutdownReason?: string;
  readonly helloAt?: number;
  readonly lastBeatAt?: number;
  readonly shutdownAskedAt?: number;
  readonly crashAsked?: true;
  readonly doneAt?: number;
  readonly agentClosed?: string;
  readonly aborted?: true;
  readonly stopped?: StopReason;
  readonly exit?: QemuExit;
}

/** What is known of a guest whose QEMU was started at `now`. */
export function initialFacts(now: number): Facts {
  return { startedAt: now, consoleLines: 0, findings: [] };
}

/** Adds one observation. What came first stays: the panic's time, the first reason to stop. */
export function observe(facts: Facts, seen: Observation, now: number): Facts {
  let news: Partial<Facts> = {};
  switch (seen.kind) {
    case 'console':
      news = newsOfConsole(facts, seen, now);
      break;
    case 'qmp':
      news = newsOfQmp(facts, seen.event, seen.data, now);
      break;
    case 'internal-error':
      news = { internalError: true };
      break;
    case 'hello':
      news = { helloAt: now, lastBeatAt: now };
      break;
    case 'beat':
      news = { lastBeatAt: now };
      break;
    case 'taint':
      news = { taint: { first: facts.taint?.first ?? seen.flags, last: seen.flags } };
      break;
    case 'shutdown-asked':
      news = { shutdownAskedAt: facts.shutdownAskedAt ?? now };
      break;
    case 'crash-asked':
      news = { crashAsked: true, shutdownAskedAt: facts.shutdownAskedAt ?? now };
      break;
    case 'done':
      news = { doneAt: now };
      break;
    case 'agent-closed':
      news = { agentClosed: facts.agentClosed ?? seen.why };
      break;
    case 'aborted':
      news = { aborted: true };
      break;
    case 'stopped':
      news = { stopped: facts.stopped ?? seen.reason };
      break;
    case 'exit':
      news = { exit: seen.exit };
      break;
  }
  return { ...facts, ...news };
}

function newsOfConsole(
  facts: Facts,
  { lineCount, findings }: Extract<Observation, { kind: 'console' }>,
  now: number,
): Partial<Facts> {
  // What is printed after the harness stopped the guest was asked for by the harness.
  if (facts.stopped !== undefined && facts.stopped !== 'panic') return { consoleLines: lineCount };
  const panics = facts.panicAt === undefined && findings.some(({ kind }) => kind === 'panic');
  return { consoleLines: lineCount, findings, ...(panics && { panicAt: now }) };
}

/** The events are QEMU's, see qapi/run-state.json. */
function newsOfQmp(
  facts: Facts,
  event: string,
  data: Readonly<Record<string, unknown>>,
  now: number,
): Partial<Facts> {
  if (event === 'GUEST_PANICKED') return { panicAt: facts.panicAt ?? now };
  // What follows the guest's own end is only how QEMU was told to go.
  if (event === 'SHUTDOWN') return { shutdownReason: facts.shutdownReason ?? String(data['reason']) };
  return {};
}

export type Step =
  | { readonly kind: 'wait'; /** Ask again at this time at the latest. */ readonly until: number }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'judge' };

/** What to do at the time `now` with a guest of which `facts` are known. */
export function nextStep(facts: Facts, deadlines: Deadlines, now: number): Step {
  if (facts.exit !== undefined) return { kind: 'judge' };
  if (facts.aborted) return { kind: 'stop', reason: 'aborted' };
  if (facts.internalError) return { kind: 'stop', reason: 'internal-error' };
  if (facts.agentClosed !== undefined && facts.doneAt === undefined && facts.panicAt === undefined) {
    return { kind: 'stop', reason: 'agent' };
  }
  const { reason, at } = currentDeadline(facts, deadlines);
  return now >= at ? { kind: 'stop', reason } : { kind: 'wait', until: at };
}

/** The one deadline that applies in the phase which the guest is in. */
function currentDeadline(
  facts: Facts,
  deadlines: Deadlines,
): { readonly reason: StopReason; readonly at: number } {
  const { panicAt, helloAt, doneAt, shutdownAskedAt, lastBeatAt } = facts;
  if (panicAt !== undefined) return { reason: 'panic', at: panicAt + deadlines.panicMs };
  if (doneAt !== undefined) return { reason: 'exit', at: doneAt + deadlines.exitMs };
  if (helloAt === undefined) return { reason: 'boot', at: facts.startedAt + deadlines.bootMs };
  const beat = { reason: 'beat', at: (lastBeatAt ?? helloAt) + deadlines.beatMs } as const;
  if (shutdownAskedAt === undefined) return beat;
  const exit = { reason: 'exit', at: shutdownAskedAt + deadlines.exitMs } as const;
  return exit.at < beat.at ? exit : beat;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** One line that says what happened. */
  readonly title: string;
}

/** The verdict on a guest that is gone. Only a guest that said `done` and then left by itself has passed. */
export function verdictOf(facts: Facts, deadlines: Deadlines): Judgement {
  const { findings, exit } = facts;
  const unknown = findings.filter(({ known }) => known === undefined);
  // A panic is never excused: whatever was to be tested after it was not.
  const panic = findings.find(({ kind }) => kind === 'panic');
  if (panic !== undefined || facts.panicAt !== undefined) {
    return { verdict: 'PANIC', title: panic?.title ?? 'the guest panicked (pvpanic)' };
  }
  const splat = unknown.find(({ kind }) => kind === 'splat');
  if (splat !== undefined) return { verdict: 'SPLAT', title: splat.title };
  if (facts.internalError || /KVM internal error|kvm run failed/.test(exit?.stderr ?? '')) {
    return { verdict: 'INFRA', title: 'QEMU stopped the guest by an internal error of its accelerator' };
  }
  const stall = explanationOfHang(unknown);
  if (stall !== undefined && isHang(facts)) return { verdict: 'HANG', title: stall.title };
  if (facts.aborted) return { verdict: 'LOST', title: 'interrupted: the harness was told to stop' };
  if (facts.stopped !== undefined) return judgeStopped(facts, facts.stopped, deadlines, stall);
  // It went on after all; but what it did in the time of the stall proves nothing.
  if (stall !== undefined) return { verdict: 'SPLAT', title: stall.title };
  if (facts.crashAsked && exit?.code === 0 && facts.shutdownReason === 'host-qmp-quit') {
    return judgeTaint(facts) ?? { verdict: 'PASS', title: 'the guest was crashed on purpose' };
  }
  if (facts.doneAt !== undefined && exit?.code === 0 && !facts.shutdownReason?.startsWith('host-')) {
    return judgeTaint(facts) ?? { verdict: 'PASS', title: 'the guest said done and powered off' };
  }
  return judgeExit(facts, exit);
}

function isHang({ stopped }: Facts): boolean {
  return stopped === 'beat' || stopped === 'exit';
}

/** A guest that ended well, but whose kernel says of itself that it is no longer sound. */
function judgeTaint({ taint, findings }: Facts): Judgement | undefined {
  // Every report that is excused left its mark, too.
  if (taint === undefined || findings.some(({ known }) => known !== undefined)) return undefined;
  const words = newTaint(taint.first, taint.last);
  if (words.length === 0) return undefined;
  return { verdict: 'SPLAT', title: `the kernel became tainted: ${words.join(', ')}` };
}

/** A guest that the harness had to end. */
function judgeStopped(
  facts: Facts,
  reason: StopReason,
  deadlines: Deadlines,
  stall: Finding | undefined,
): Judgement {
  if (reason === 'boot') {
    const why = stall?.title ?? consoleLife(facts);
    return { verdict: 'BOOT', title: `the agent did not answer within ${deadlines.bootMs} ms (${why})` };
  }
  if (reason === 'beat') {
    return { verdict: 'HANG', title: `no sign of life from the agent for ${deadlines.beatMs} ms` };
  }
  if (reason === 'agent') {
    return { verdict: 'LOST', title: `the agent cannot be talked to: ${facts.agentClosed}` };
  }
  // The reasons that are not named here are judged before: what is left is `exit`.
  if (facts.doneAt !== undefined) {
    const title = `the guest said done but did not power off within ${deadlines.exitMs} ms`;
    return { verdict: 'HANG', title };
  }
  return { verdict: 'HANG', title: `the agent did not say done within ${deadlines.exitMs} ms` };
}

/** Signals that a program brings upon itself; an accelerator that QEMU cannot cope with ends in SIGABRT. */
const CRASHES: ReadonlySet<string> = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV']);

/** A guest, or a QEMU, that ended by itself and without the end that was agreed on. */
function judgeExit(facts: Facts, exit: QemuExit | undefined): Judgement {
  const last = exit?.stderr.trimEnd().split('\n').at(-1) ?? '';
  if (exit?.signal !== undefined && CRASHES.has(exit.signal)) {
    const title = `QEMU crashed (${exit.signal}): ${last || 'it said nothing'}`;
    return { verdict: facts.consoleLines === 0 ? 'INFRA' : 'LOST', title };
  }
  if (exit?.signal !== undefined) {
    return { verdict: 'LOST', title: `QEMU was ended from outside by ${exit.signal}` };
  }
  if (facts.shutdownReason?.startsWith('host-')) {
    return { verdict: 'LOST', title: `QEMU was ended from outside (${facts.shutdownReason})` };
  }
  if (exit?.code !== 0 && facts.shutdownReason === undefined) {
    const code = exit?.code === undefined ? 'no exit code' : `exit code ${exit.code}`;
    const title = `${facts.consoleLines === 0 ? 'QEMU did not start' : 'QEMU failed'} (${code}): ${last || 'it said nothing'}`;
    return { verdict: facts.consoleLines === 0 ? 'INFRA' : 'LOST', title };
  }
  const how = facts.shutdownReason === 'guest-reset' ? 'reset itself' : 'powered off';
  if (facts.helloAt === undefined) {
    return { verdict: 'BOOT', title: `the guest ${how} before the agent answered (${consoleLife(facts)})` };
  }
  return { verdict: 'LOST', title: `the guest ${how} without saying done` };
}

function consoleLife(facts: Facts): string {
  return facts.consoleLines === 0
    ? 'the console stayed silent'
    : `${facts.consoleLines} lines on the console`;
}
