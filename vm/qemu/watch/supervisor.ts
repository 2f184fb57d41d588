/**
 * Watches one running guest: turns console, QMP, agent and process into observations, sets the clock, ends QEMU when
 * the policy of monitor.ts says so, and has it judged when it is gone.
 */
import { once } from 'node:events';
import type { ConsoleLog } from '../../console/log.ts';
import type { Finding } from '../../console/finding.ts';
import type { Deadlines } from './deadlines.ts';
import { examine } from './examine.ts';
import {
  initialFacts,
  nextStep,
  observe,
  verdictOf,
  type Facts,
  type Judgement,
  type Observation,
  type StopReason,
} from './monitor.ts';
import type { QemuProcess } from '../process.ts';
import { Qmp } from '../qmp.ts';

/** Ends at which the guest may still tell why, if it is asked before QEMU is ended. */
const EXAMINED: ReadonlySet<StopReason> = new Set(['boot', 'beat', 'exit', 'panic']);

/** What to keep of a guest that ends badly. */
export interface Examination {
  /** The guest's folder of artifacts. */
  readonly dir: string;
  /** Whether its memory is saved, too. */
  readonly dump: boolean;
}

export class Supervisor {
  readonly console: ConsoleLog;
  /** Resolves when QEMU is gone and everything that it and the guest said was read; never rejects. */
  readonly ended: Promise<Judgement>;
  /** Rejects when QEMU ends before it greets. */
  readonly qmp: Promise<Qmp>;
  readonly #process: QemuProcess;
  readonly #deadlines: Deadlines;
  readonly #examination: Examination;
  /** Settled when nothing is being examined any more; never rejects. */
  #examining: Promise<unknown> | undefined;
  #diagnostics: readonly string[] = [];
  /** How many lines there were when the harness began to ask for more. */
  #linesByItself: number | undefined;
  #facts: Facts = initialFacts(performance.now());
  #timer: NodeJS.Timeout | undefined;

  constructor(
    process: QemuProcess,
    deadlines: Deadlines,
    examination: Examination,
    log: ConsoleLog,
    signal: AbortSignal,
  ) {
    this.#process = process;
    this.#deadlines = deadlines;
    this.#examination = examination;
    this.console = log;
    const abort = (): void => this.observe({ kind: 'aborted' });
    signal.addEventListener('abort', abort);
    this.qmp = this.#connectQmp();
    this.ended = this.#untilEnd().finally(() => {
      signal.removeEventListener('abort', abort);
      clearTimeout(this.#timer);
    });
    if (signal.aborted) abort();
    else this.#act();
  }

  /** Milliseconds since QEMU's start. */
  get elapsedMs(): number {
    return Math.round(performance.now() - this.#facts.startedAt);
  }

  /** The kernel's reports, but for those that the harness asked for. */
  get findings(): readonly Finding[] {
    return this.#facts.findings;
  }

  /** The files that tell more of a bad end, beside console.log. */
  get diagnostics(): readonly string[] {
    return this.#diagnostics;
  }

  /** The last lines that the guest printed by itself. */
  tail(count: number): readonly string[] {
    const asked = this.console.lineCount - (this.#linesByItself ?? this.console.lineCount);
    const lines = this.console.tail();
    return lines.slice(0, lines.length - asked).slice(-count);
  }

  observe(seen: Observation): void {
    this.#facts = observe(this.#facts, seen, performance.now());
    this.#act();
  }

  #act(): void {
    clearTimeout(this.#timer);
    if (this.#facts.stopped !== undefined || this.#examining !== undefined) return;
    const step = nextStep(this.#facts, this.#deadlines, performance.now());
    switch (step.kind) {
      case 'stop':
        this.#facts = observe(this.#facts, { kind: 'stopped', reason: step.reason }, performance.now());
        void this.#end(step.reason);
        break;
      case 'wait':
        this.#timer = setTimeout(() => this.#wake(), Math.max(1, step.until - performance.now()));
        break;
      case 'judge':
        break;
    }
  }

  async #end(reason: StopReason): Promise<void> {
    if (EXAMINED.has(reason)) await this.#examine(reason === 'panic' ? 'dead' : 'hanging');
    this.#process.kill();
  }

  /** Until it is done, no deadline ends the guest. */
  async #examine(state: 'dead' | 'hanging'): Promise<void> {
    if (state === 'hanging') this.#linesByItself = this.console.lineCount;
    const { console, consoleInput } = this.#process;
    const guest = { qmp: this.qmp, console, consoleInput, log: this.console, ...this.#examination };
    const examined = examine(guest, state);
    this.#examining = examined;
    this.#diagnostics = await examined;
    this.#examining = undefined;
  }

  /**
   * The guest powered off or reset itself, and QEMU keeps it paused. Whatever was not agreed on, as a panic, is worth a
   * look; but not the word that came first decides whether it was: the console may not have been read yet.
   */
  async #onShutdown(): Promise<void> {
    if (this.#facts.doneAt === undefined) await this.#examine('dead');
    // A QEMU that does not go is ended by the deadline of its phase.
    await this.qmp.then((qmp) => qmp.execute('quit')).catch(() => undefined);
    this.#act();
  }

  /** A harness that was itself held up finds its timers due before it has read what came in meanwhile: read first. */
  #wake(): void {
    setImmediate(() => this.#act());
  }

  #connectQmp(): Promise<Qmp> {
    const connected = Qmp.connect(this.#process.qmp, ({ event, data }) => {
      this.observe({ kind: 'qmp', event, data });
      if (event === 'STOP') void this.#askWhyStopped();
      if (event === 'SHUTDOWN' && data['guest'] === true) void this.#onShutdown();
    });
    // Whoever awaits `qmp` gets the error; when nobody does, the exit of QEMU tells the same.
    connected.catch(() => {});
    return connected;
  }

  async #askWhyStopped(): Promise<void> {
    try {
      const answer = (await (await this.qmp).execute('query-status')) as { readonly status?: string };
      if (answer.status === 'internal-error') this.observe({ kind: 'internal-error' });
    } catch {
      // QEMU left before it answered: its exit is observed, too.
    }
  }

  async #untilEnd(): Promise<Judgement> {
    const { console: stream, agent, exited } = this.#process;
    stream.on('data', (chunk: Buffer) => {
      this.console.feed(chunk);
      this.#observeConsole();
    });
    // Where the agent shares the console, nobody else reads its own line to the end.
    agent.resume();
    const [exit] = await Promise.all([exited, closed(stream), closed(agent)]);
    this.console.end();
    this.#observeConsole();
    await this.#examining;
    this.observe({ kind: 'exit', exit });
    return verdictOf(this.#facts, this.#deadlines);
  }

  #observeConsole(): void {
    const { lineCount, findings } = this.console;
    this.observe({ kind: 'console', lineCount, findings });
  }
}

async function closed(stream: NodeJS.ReadableStream & { readonly closed: boolean }): Promise<void> {
  if (stream.closed) return;
  try {
    await once(stream, 'close');
  } catch {
    // An error closes the stream as well; QEMU's exit says why.
  }
}
