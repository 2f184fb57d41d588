/**
 * Watches one running guest: turns console, QMP, agent and process into observations, sets the clock, ends QEMU when
 * the policy of monitor.ts says so, and has it judged when it is gone.
 */
import { once } from 'node:events';
import { ConsoleLog } from '../console/log.ts';
import type { Deadlines } from './deadlines.ts';
import {
  initialFacts,
  nextStep,
  observe,
  verdictOf,
  type Facts,
  type Judgement,
  type Observation,
} from './monitor.ts';
import type { QemuProcess } from './process.ts';
import { Qmp } from './qmp.ts';

export class Supervisor {
  readonly console = new ConsoleLog();
  /** Resolves when QEMU is gone and everything that it and the guest said was read; never rejects. */
  readonly ended: Promise<Judgement>;
  /** Rejects when QEMU ends before it greets. */
  readonly qmp: Promise<Qmp>;
  readonly #process: QemuProcess;
  readonly #deadlines: Deadlines;
  #facts: Facts = initialFacts(performance.now());
  #timer: NodeJS.Timeout | undefined;

  constructor(process: QemuProcess, deadlines: Deadlines, signal: AbortSignal) {
    this.#process = process;
    this.#deadlines = deadlines;
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

  observe(seen: Observation): void {
    this.#facts = observe(this.#facts, seen, performance.now());
    this.#act();
  }

  #act(): void {
    clearTimeout(this.#timer);
    if (this.#facts.stopped !== undefined) return;
    const step = nextStep(this.#facts, this.#deadlines, performance.now());
    switch (step.kind) {
      case 'stop':
        this.#facts = observe(this.#facts, { kind: 'stopped', reason: step.reason }, performance.now());
        this.#process.kill();
        break;
      case 'wait':
        this.#timer = setTimeout(() => this.#wake(), Math.max(1, step.until - performance.now()));
        break;
      case 'judge':
        break;
    }
  }

  /** A harness that was itself held up finds its timers due before it has read what came in meanwhile: read first. */
  #wake(): void {
    setImmediate(() => this.#act());
  }

  #connectQmp(): Promise<Qmp> {
    const connected = Qmp.connect(this.#process.qmp, ({ event, data }) => {
      this.observe({ kind: 'qmp', event, data });
      if (event === 'STOP') void this.#askWhyStopped();
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
      const findings = this.console.feed(chunk);
      this.observe({ kind: 'console', lineCount: this.console.lineCount, findings });
    });
    // Where the agent shares the console, nobody else reads its own line to the end.
    agent.resume();
    const [exit] = await Promise.all([exited, closed(stream), closed(agent)]);
    const findings = this.console.end();
    this.observe({ kind: 'console', lineCount: this.console.lineCount, findings });
    this.observe({ kind: 'exit', exit });
    return verdictOf(this.#facts, this.#deadlines);
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
