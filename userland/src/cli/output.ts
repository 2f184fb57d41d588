/**
 * A stream to a file descriptor, written in order and without ever waiting in the event loop.
 *
 * Node's own stdout blocks the whole process when a pipe is full: a pager that stands still would make inotify's queue
 * overflow. Here one write runs at a time, in the thread pool, and lines gather behind it.
 */
import { closeSync, constants, fstatSync, openSync, write } from 'node:fs';
import { setImmediate as endOfTurn, setTimeout as delay } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { promisify } from 'node:util';

const writeFd = promisify(write);

/** A reader that leaves more than this unread slows the run down instead of filling the memory. */
const HIGH_WATER = 1 << 20;

/**
 * Erases the last line of a terminal, at whose beginning the cursor stands, and what is below: a terminal that has been made
 * narrower has wrapped some of it to there. Not in one go, for terminals that are told to erase a whole screen keep a copy
 * of it above.
 */
const ERASE = '\r\x1b7\x1b[B\x1b[J\x1b8\x1b[K';

/** Draws a line that is never wrapped, wherever a terminal may find it wider than we do, and goes back to its beginning. */
function drawn(status: string): string {
  return status === '' ? '' : `\x1b[?7l ${status}\x1b[?7h\r`;
}

/** Milliseconds until a full pipe in non-blocking mode (its other end's doing) is tried again. */
const AGAIN_MS = 10;

export class Output {
  /** The descriptor that it was made of. */
  readonly given: number;
  /** Somebody reads it who may write elsewhere. */
  readonly isPipe: boolean;
  readonly #fd: number;
  #own: boolean;
  readonly #onBroken: () => void;
  #lines: string[] = [];
  #pending = 0;
  /** What stands, or is to stand, below the last line of a terminal. */
  #status = '';
  #statusChanged = false;
  #statusDrawn = false;
  #writing: Promise<void> | null = null;
  #broken = false;

  /** `onBroken` is called once, when nobody can read what is written any more (EPIPE and the like). */
  constructor(fd: number, onBroken: () => void) {
    const own = reopen(fd);
    this.given = fd;
    this.isPipe = isPipe(fd);
    this.#fd = own ?? fd;
    this.#own = own !== null;
    this.#onBroken = onBroken;
  }

  line(text: string): void {
    if (this.#broken) return;
    this.#lines.push(`${text}\n`);
    this.#pending += text.length + 1;
    this.#writing ??= this.#run();
  }

  /**
   * Lets a text stand below the last line, whatever lines are to come; empty: none. Only for a terminal. It must fit into
   * a line with one column before it and be free of control characters. A reader that is behind sees only the last one.
   */
  status(text: string): void {
    if (this.#broken || text === this.#status) return;
    this.#status = text;
    this.#statusChanged = true;
    this.#writing ??= this.#run();
  }

  /** The terminal was somebody else's meanwhile: what stands on its last line is not ours. */
  forgetStatus(): void {
    this.#status = '';
    this.#statusDrawn = false;
  }

  /** Whether the reader is so far behind that one should wait until it is `ready`. */
  get behind(): boolean {
    return this.#pending > HIGH_WATER && this.#writing !== null;
  }

  /** Resolves when the reader is not too far behind. */
  async ready(): Promise<void> {
    while (this.behind) await this.#writing;
  }

  /**
   * Writes what is left and ends the stream. Given `limitMs`, a reader that stands still is waited for no longer: what it
   * has not read by then is lost.
   */
  async close(limitMs?: number): Promise<void> {
    const limit = limitMs === undefined ? null : delay(limitMs, 'late', { ref: false });
    while (this.#writing !== null)
      if ((await Promise.race([this.#writing, ...(limit === null ? [] : [limit])])) === 'late') break;
    this.#broken = true;
    if (this.#own && this.#writing === null) closeSync(this.#fd);
    this.#own = false;
  }

  async #run(): Promise<void> {
    // What is said in one turn of the event loop goes out in one write, behind the work that the same turn begins.
    await endOfTurn();
    try {
      while (this.#lines.length > 0 || this.#statusChanged) {
        const erase = this.#statusDrawn ? ERASE : '';
        const chunk = Buffer.from(erase + this.#lines.join('') + drawn(this.#status), 'utf8');
        this.#lines = [];
        this.#pending = 0;
        this.#statusChanged = false;
        this.#statusDrawn = this.#status !== '';
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

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/** Whether both descriptors lead to one terminal: one stream has to write to it then, or lines would get in each other's way. */
export function isOneTerminal(a: number, b: number): boolean {
  try {
    return isatty(a) && isatty(b) && fstatSync(a).rdev === fstatSync(b).rdev;
  } catch {
    return false;
  }
}

/**
 * The same pipe or terminal with an open file description of our own in non-blocking mode: setting the mode on the one
 * that we were given would change it for everybody who shares it, and a write that blocks would keep a thread, and so
 * the process, from ending. null where that cannot be had: files never block, sockets cannot be opened again.
 */
function reopen(fd: number): number | null {
  try {
    if (!isatty(fd) && !fstatSync(fd).isFIFO()) return null;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return null;
  }
}
