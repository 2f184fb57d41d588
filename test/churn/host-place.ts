/** A folder on this host. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Finished, Place, Program, Running } from './place.ts';

export interface HostPlaceOptions {
  /** The folder below which a new one is made. */
  readonly base: string;
  readonly programs: Readonly<Record<Program, string>>;
  /** The command that is the syncer. */
  readonly syncer: readonly string[];
  /** So many times slower than it could be the syncer runs, as on a busy machine: it is stopped for the rest of the time. */
  readonly slow?: number;
  /** Ends everything that runs. */
  readonly signal: AbortSignal;
}

/** Milliseconds in which the syncer says that it watches. */
const START_MS = 60_000;
/** Milliseconds for which a slow syncer runs at a time. */
const RUN_MS = 2;
/** Characters of the syncer's output that are kept. */
const TAIL = 4000;

export class HostPlace implements Place {
  readonly dir: string;
  readonly #options: HostPlaceOptions;
  readonly #syncers: HostSyncer[] = [];

  constructor(options: HostPlaceOptions) {
    this.#options = options;
    this.dir = mkdtempSync(join(options.base, 'dirsync-churn-'));
    mkdirSync(join(this.dir, 'source'));
    mkdirSync(join(this.dir, 'outside'));
  }

  async run([program, ...args]: readonly [Program, ...string[]], stdin = ''): Promise<Finished> {
    const { programs, signal } = this.#options;
    const result = await execa(programs[program], args, {
      cwd: this.dir,
      input: stdin,
      reject: false,
      cancelSignal: signal,
    });
    signal.throwIfAborted();
    return { code: result.exitCode ?? null, stdout: result.stdout, stderr: result.stderr };
  }

  async startSyncer(options: readonly string[]): Promise<Running> {
    const { syncer: command, slow = 1 } = this.#options;
    const syncer = new HostSyncer([...command, ...options, 'source', 'destination'], this.dir);
    if (slow > 1) syncer.slowDown(slow);
    this.#syncers.push(syncer);
    return Promise.resolve(syncer);
  }

  async remove(): Promise<void> {
    await Promise.all(this.#syncers.map((syncer) => syncer.kill()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

class HostSyncer implements Running {
  readonly #process;
  readonly #started = Promise.withResolvers<void>();
  #pattern: RegExp | undefined;
  #tail = '';
  #turn: NodeJS.Timeout | undefined;
  exit: number | string | null = null;

  constructor([command = '', ...args]: readonly string[], cwd: string) {
    // Read as it comes and kept as little as possible: it tells about each event.
    this.#process = execa(command, args, { cwd, reject: false, buffer: false, all: true, stdin: 'ignore' });
    this.#process.all.on('data', (chunk: Buffer) => this.#read(chunk.toString()));
    void this.#watch();
    this.#started.promise.catch(() => undefined);
  }

  async output(pattern: RegExp): Promise<void> {
    this.#pattern = pattern;
    this.#read('');
    const late = (): void =>
      this.#started.reject(
        new Error(`the syncer did not say ${String(pattern)} in ${START_MS} ms:\n${this.#tail}`),
      );
    const timer = setTimeout(late, START_MS);
    await this.#started.promise.finally(() => clearTimeout(timer));
  }

  tail(): string {
    return this.#tail;
  }

  /** Lets it run for an n-th of the time. */
  slowDown(times: number): void {
    const run = (): void => {
      this.#process.kill('SIGCONT');
      this.#turn = setTimeout(rest, RUN_MS);
    };
    const rest = (): void => {
      this.#process.kill('SIGSTOP');
      this.#turn = setTimeout(run, RUN_MS * (times - 1));
    };
    run();
  }

  async interrupt(): Promise<number | string> {
    this.#process.kill('SIGINT');
    await this.#process;
    return this.exit ?? 'unknown';
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#process;
  }

  async #watch(): Promise<void> {
    const { exitCode, signal, shortMessage } = await this.#process;
    clearTimeout(this.#turn);
    this.exit = exitCode ?? signal ?? shortMessage ?? 'unknown';
    this.#started.reject(new Error(`the syncer ended before it was ready (${this.exit}):\n${this.#tail}`));
  }

  #read(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL);
    if (this.#pattern?.test(this.#tail) === true) this.#started.resolve();
  }
}
