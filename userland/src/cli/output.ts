/**
 * A stream to a file descriptor, written in order and without ever waiting in the event loop.
 *
 * Node's own stdout blocks the whole process when a pipe is full: a pager that stands still would make inotify's queue
 * overflow. Here one write runs at a time, in the thread pool, and lines gather behind it.
 */
import { write } from 'node:fs';
import { promisify } from 'node:util';

const writeFd = promisify(write);

/** A reader that leaves more than this unread slows the run down instead of filling the memory. */
const HIGH_WATER = 1 << 20;

/** Milliseconds until a full pipe in non-blocking mode (its other end's doing) is tried again. */
const AGAIN_MS = 10;

export class Output {
  readonly #fd: number;
  readonly #onBroken: () => void;
  #lines: string[] = [];
  #pending = 0;
  #writing: Promise<void> | null = null;
  #broken = false;

  /** `onBroken` is called once, when nobody can read what is written any more (EPIPE and the like). */
  constructor(fd: number, onBroken: () => void) {
    this.#fd = fd;
    this.#onBroken = onBroken;
  }

  line(text: string): void {
    if (this.#broken) return;
    this.#lines.push(`${text}\n`);
    this.#pending += text.length + 1;
    this.#writing ??= this.#run();
  }

  /** Resolves when the reader is not too far behind. */
  async ready(): Promise<void> {
    while (this.#pending > HIGH_WATER && this.#writing !== null) await this.#writing;
  }

  /** Resolves when everything is written, or cannot be. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #run(): Promise<void> {
    // What is said in one turn of the event loop goes out in one write.
    await Promise.resolve();
    try {
      while (this.#lines.length > 0) {
        const chunk = Buffer.from(this.#lines.join(''), 'utf8');
        this.#lines = [];
        this.#pending = 0;
        await this.#writeAll(chunk);
      }
    } catch {
      this.#broken = true;
      this.#lines = [];
      this.#onBroken();
    } finally {
      this.#writing = null;
    }
  }

  async #writeAll(chunk: Buffer): Promise<void> {
    let written = 0;
    while (written < chunk.length) {
      try {
        const { bytesWritten } = await writeFd(this.#fd, chunk, written);
        written += bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        const { promise, resolve } = Promise.withResolvers<void>();
        setTimeout(resolve, AGAIN_MS);
        await promise;
      }
    }
  }
}
