/** Runs the real syncer as a process, in a folder of its own with the roots `source` and `destination`. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Test } from 'tap';
import { buildAddon } from '../../userland/native/build.ts';
import { waitEqual } from './wait.ts';
import type { SnapshotOptions } from './tree.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const MAIN = join(CHECKOUT, 'userland/src/main.ts');

/** A packaged syncer to test instead of the sources. */
const PACKAGED = process.env['DIRSYNC_UNDER_TEST'];

// The sources run as they are, but for the addon; where it is up to date, this takes milliseconds.
if (PACKAGED === undefined) await buildAddon();

/** The command that is the syncer. */
export const SYNCER: readonly string[] = PACKAGED === undefined ? [process.execPath, MAIN] : [PACKAGED];

export const FILE_SYSTEMS = [tmpdir(), '/dev/shm'].filter((path) => existsSync(path));

const IS_ROOT = process.geteuid?.() === 0;
export const ROOT_ONLY = IS_ROOT ? false : 'needs root';

export interface Ended {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Run as an ordinary user when the tests run as root. */
  readonly unprivileged?: boolean;
  /** A command that runs the command behind it, in an environment of its own. */
  readonly within?: readonly string[];
}

/** An ordinary user's number, that of `nobody` on Debian. */
export const NOBODY = 65_534;

export class Lab {
  /** The folder that holds everything. */
  readonly dir: string;
  readonly source: string;
  readonly destination: string;

  /** Made below `base`, with an empty source; removed when the test ends. */
  constructor(t: Test, base: string = tmpdir()) {
    this.dir = mkdtempSync(join(base, 'dirsync-test-'));
    this.source = join(this.dir, 'source');
    this.destination = join(this.dir, 'destination');
    mkdirSync(this.source);
    t.teardown(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  /** Runs to the end, with relative roots as a person would type them. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const result = await command(args, this.dir, options);
    return { code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  }

  once(...args: readonly string[]): Promise<Ended> {
    return this.run(['--once', ...args, 'source', 'destination']);
  }

  /** Starts continuous mode and waits until it says that it watches. */
  async watch(t: Test, args: readonly string[] = [], options: RunOptions = {}): Promise<LiveSyncer> {
    const live = this.start(t, args, options);
    await live.output(/^Watching directory: /m);
    return live;
  }

  start(t: Test, args: readonly string[] = [], options: RunOptions = {}): LiveSyncer {
    return this.startWith(t, [...args, 'source', 'destination'], options);
  }

  /** `start` with all arguments, roots included. */
  startWith(t: Test, args: readonly string[], options: RunOptions = {}): LiveSyncer {
    const live = new LiveSyncer(this, command(args, this.dir, options));
    t.teardown(() => live.kill('SIGKILL'));
    return live;
  }
}

type Running = ReturnType<typeof command>;

function command(args: readonly string[], cwd: string, options: RunOptions) {
  // tap makes each Node process below it load its hooks and write a report, which costs more time than the whole run of
  // the syncer, and which an ordinary user may not do. It sets the variable at each spawn, so only env can take it away.
  const plain = [...(options.within ?? []), ...SYNCER, ...args];
  const line = options.unprivileged === true && IS_ROOT ? asNobody(plain, cwd) : plain;
  return execa('env', ['-u', 'NODE_OPTIONS', ...line], { cwd, reject: false, timeout: 280_000 });
}

/**
 * The command line that runs `line` as an ordinary user. Below /root, say, that user could not read the checkout: it is
 * mounted a second time below `cwd`, where only this process sees it.
 */
function asNobody(line: readonly string[], cwd: string): string[] {
  const mountPoint = join(cwd, 'checkout');
  mkdirSync(mountPoint, { recursive: true });
  const script = `mount --bind "$1" "$2"; shift 2; exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups "$@"`;
  const seen = line.map((word) =>
    word.startsWith(`${CHECKOUT}/`) ? mountPoint + word.slice(CHECKOUT.length) : word,
  );
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh', CHECKOUT, mountPoint, ...seen];
}

export class LiveSyncer {
  readonly #lab: Lab;
  readonly #process: Running;
  #stdout = '';
  #stderr = '';

  constructor(lab: Lab, running: Running) {
    this.#lab = lab;
    this.#process = running;
    running.stdout.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    running.stderr.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Resolves when stdout matches; rejects when it does not in time, with what there was. */
  output(pattern: RegExp, deadlineMs = 60_000): Promise<void> {
    return this.#match(pattern, deadlineMs, this.#process.stdout, () => this.#stdout);
  }

  errors(pattern: RegExp, deadlineMs = 60_000): Promise<void> {
    return this.#match(pattern, deadlineMs, this.#process.stderr, () => this.#stderr);
  }

  /**
   * Waits until the destination is equal to the source; returns what is left to differ at the deadline. Rejects with what
   * the syncer said when it ends before.
   */
  async settled(options: SnapshotOptions & { readonly deadlineMs?: number } = {}): Promise<string[]> {
    const ended = this.ended().then(({ code, stderr }) => {
      throw new Error(`the syncer ended with exit code ${code}: ${stderr}`);
    });
    ended.catch(() => null);
    return Promise.race([waitEqual(this.#lab.source, this.#lab.destination, options), ended]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** As Ctrl+C does. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Ended> {
    this.kill(signal);
    return this.ended();
  }

  async ended(): Promise<Ended> {
    const { exitCode } = await this.#process;
    return { code: exitCode, stdout: this.#stdout, stderr: this.#stderr };
  }

  async #match(
    pattern: RegExp,
    deadlineMs: number,
    stream: NodeJS.ReadableStream,
    text: () => string,
  ): Promise<void> {
    const { promise, resolve: found, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (pattern.test(text())) found();
    };
    const fail = (why: string): void => {
      reject(new Error(`${String(pattern)} ${why}\nstdout: ${this.#stdout}\nstderr: ${this.#stderr}`));
    };
    const timer = setTimeout(() => fail(`not in ${deadlineMs} ms`), deadlineMs);
    stream.on('data', look);
    void this.#process.then(() => fail('not before the end'));
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      stream.removeListener('data', look);
    }
  }
}
