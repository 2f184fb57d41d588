/** A process in the guest, seen from the host: its output so far, its input, its end. */
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { HarnessError } from '../errors.ts';
import { GuestError, OutputMissingError } from './errors.ts';
import { MAX_DATA, type HostMessage } from './messages.ts';
import { OutputText } from './output-text.ts';
import type { Bytes } from './wire-bytes.ts';

/** How a process ended: exactly one of the two is not null. */
export interface Exit {
  readonly code: number | null;
  /** E.g. `SIGKILL`. */
  readonly signal: string | null;
  /** From start to end, by the guest's clock. */
  readonly ms: number;
}

/**
 * The status that a shell gives: the exit code, or 128 plus the number of the signal that ended it. It is 128 for a real-time
 * signal, of which the guest does not tell the number.
 */
export function exitStatus({ code, signal }: Pick<Exit, 'code' | 'signal'>): number {
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

/** The size of a terminal in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

export interface OutputOptions {
  /** Milliseconds to wait at most; 30,000 by default. */
  readonly timeout?: number;
  readonly stream?: 'stdout' | 'stderr';
}

/** Sends a request about this process and settles with the guest's answer. */
export type ProcessRequest = (
  message:
    | Omit<Extract<HostMessage, { type: 'stdin' }>, 'id'>
    | Omit<Extract<HostMessage, { type: 'resize' }>, 'id'>
    | Omit<Extract<HostMessage, { type: 'signal' }>, 'id'>,
  tried: string,
) => Promise<unknown>;

export class GuestProcess {
  /** Process id, process group and session in the guest. */
  readonly pid: number;
  /** Settles after all output that the process itself wrote; rejects when the guest is lost. */
  readonly exited: Promise<Exit>;
  readonly #name: string;
  readonly #id: number;
  readonly #feed: ProcessFeed;
  readonly #request: ProcessRequest;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(id: number, pid: number, name: string, feed: ProcessFeed, request: ProcessRequest) {
    this.#id = id;
    this.pid = pid;
    this.#name = name;
    this.#feed = feed;
    this.#request = request;
    this.exited = feed.exited;
  }

  /** Text of stdout so far. */
  get stdout(): string {
    return this.#feed.stdout.text;
  }

  get stderr(): string {
    return this.#feed.stderr.text;
  }

  /**
   * Waits for output that matches, also looking at what has come already, and returns the line in which the match
   * ends. What was matched is consumed: the next call looks behind it. Calls are served in their order, one by one.
   *
   * Rejects with OutputMissingError when the time is over or the process ended without it.
   */
  async output(pattern: RegExp | string, options: OutputOptions = {}): Promise<string> {
    const { timeout = 30_000, stream = 'stdout' } = options;
    const timer = new AbortController();
    const miss = (found: string): never => {
      throw new OutputMissingError({
        tried: `wait for ${String(pattern)} on ${stream} of ${this.#name}`,
        found: `${found}; output since the last match: ${this.#feed[stream].describeRest()}`,
      });
    };
    const match = this.#feed[stream].waitFor(pattern, timer.signal);
    try {
      return await Promise.race([
        match,
        // The end comes after all output, so nothing can match any more.
        this.exited.then((exit) => miss(`the process ended with ${exit.signal ?? exit.code}`)),
        delay(timeout, undefined, { signal: timer.signal }).then(() => miss(`nothing in ${timeout} ms`)),
      ]);
    } finally {
      timer.abort();
    }
  }

  /** Writes to the process's stdin; settles when the pipe in the guest took it all. */
  write(data: Bytes): Promise<void> {
    const bytes = Buffer.from(data as Uint8Array);
    return this.#enqueue(async () => {
      for (let at = 0; at < bytes.length; at += MAX_DATA) {
        const chunk = bytes.subarray(at, at + MAX_DATA).toString('base64');
        await this.#request(
          { type: 'stdin', process: this.#id, data: chunk },
          `write to stdin of ${this.#name}`,
        );
      }
    });
  }

  /**
   * Closes the process's stdin, after all writes; types Ctrl+D where that is a terminal. Does nothing when the process has
   * closed it already.
   */
  end(): Promise<void> {
    return this.#enqueue(async () => {
      await ignoring('EPIPE', async () =>
        this.#request({ type: 'stdin', process: this.#id, eof: true }, `close stdin of ${this.#name}`),
      );
    });
  }

  /** Sends a signal to the process group; false when nothing is left of it. */
  kill(signal = 'SIGTERM'): Promise<boolean> {
    const tried = `send ${signal} to ${this.#name}`;
    return quiet(
      ignoring('ESRCH', async () => this.#request({ type: 'signal', process: this.#id, signal }, tried)),
    );
  }

  /** Tells the process, which has a terminal, that this has another size; false when the process has ended. */
  resize({ rows, columns }: TerminalSize): Promise<boolean> {
    const message = { type: 'resize', process: this.#id, rows, cols: columns } as const;
    return quiet(ignoring('ESRCH', async () => this.#request(message, `resize ${this.#name}'s terminal`)));
  }

  /** Runs `work` after all that was asked before, so that writes keep their order. */
  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = quiet(this.#writes.then(work));
    this.#writes = done.catch(() => undefined);
    return done;
  }
}

/** What the client feeds into a process's promises and buffers. */
export class ProcessFeed {
  readonly stdout = new OutputText();
  readonly stderr = new OutputText();
  readonly #onOutput: ((chunk: Buffer) => void) | undefined;
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited: Promise<Exit> = quiet(this.#exit.promise);

  /** @param onOutput gets the output instead of the buffers */
  constructor(onOutput?: (chunk: Buffer) => void) {
    this.#onOutput = onOutput;
  }

  push(stream: 'stdout' | 'stderr', chunk: Buffer): void {
    if (this.#onOutput === undefined) this[stream].push(chunk);
    else this.#onOutput(chunk);
  }

  end(exit: Exit): void {
    this.#exit.resolve(exit);
  }

  lose(error: HarnessError): void {
    this.#exit.reject(error);
  }
}

/** Lets a caller that awaits see the error, and one that does not await live on: another promise tells it, too. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function ignoring(errno: string, request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (error instanceof GuestError && error.errno === errno) return false;
    throw error;
  }
}
