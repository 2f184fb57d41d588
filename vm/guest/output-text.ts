/** One output stream of a process: its bytes, its text, and those who wait for a pattern in it. */
import { StringDecoder } from 'node:string_decoder';

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (line: string) => void;
}

export class OutputText {
  readonly #decoder = new StringDecoder('utf8');
  readonly #chunks: Buffer[] = [];
  #waiters: Waiter[] = [];
  #text = '';
  /** Up to here the text was matched. */
  #consumed = 0;

  get text(): string {
    return this.#text;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#text += this.#decoder.write(chunk);
    this.#serve();
  }

  /** Settles with the line of the next match; never settles once `signal` is aborted. */
  waitFor(pattern: RegExp | string, signal: AbortSignal): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiter = { pattern: withoutState(pattern), resolve };
    this.#waiters.push(waiter);
    signal.addEventListener('abort', () => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
    });
    this.#serve();
    return promise;
  }

  /** What was not matched, for error messages: at most its last 10 lines, quoted. */
  describeRest(): string {
    const lines = this.#text.slice(this.#consumed).split('\n');
    return JSON.stringify(lines.slice(-10).join('\n'));
  }

  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const match = waiter.pattern.exec(this.#text.slice(this.#consumed));
      if (match === null) return;
      const end = this.#consumed + match.index + match[0].length;
      this.#consumed = end;
      this.#waiters.shift();
      waiter.resolve(lineAround(this.#text, match[0].endsWith('\n') ? end - 1 : end));
    }
  }
}

/** The line of `text` that holds the position `at`, without its newline. */
function lineAround(text: string, at: number): string {
  const begin = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
  const newline = text.indexOf('\n', at);
  return text.slice(begin, newline === -1 ? text.length : newline);
}

/** The pattern as an expression that searches from the start each time, whatever flags it came with. */
function withoutState(pattern: RegExp | string): RegExp {
  if (typeof pattern === 'string')
    return new RegExp(pattern.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
}
