/** A terminal on which a line can be drawn again: how wide it is, and whether it is ours to draw on. */
import { readFileSync } from 'node:fs';
import type { WriteStream } from 'node:tty';

/** Where a terminal does not say. */
const DEFAULT_COLUMNS = 80;

export class Terminal {
  readonly #stream: WriteStream;

  /** For `terminalOf`. */
  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** As the window is now. */
  get columns(): number {
    return this.#stream.columns || DEFAULT_COLUMNS;
  }

  /** Calls back whenever the window has got another size; returns what ends that. */
  onResize(callback: () => void): () => void {
    this.#stream.on('resize', callback);
    return () => this.#stream.off('resize', callback);
  }

  /** False for a job in the background: the last line is the shell's then. */
  get isOurs(): boolean {
    try {
      // The command's name, which may hold anything, ends with the last parenthesis.
      const stat = readFileSync('/proc/self/stat', 'utf8');
      const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return foreground === '-1' || group === foreground;
    } catch {
      return true;
    }
  }
}

/** The terminal that stdout (1) or stderr (2) is; null: it is none, or one that knows lines only. */
export function terminalOf(fd: number, env: NodeJS.ProcessEnv = process.env): Terminal | null {
  const stream = { 1: process.stdout, 2: process.stderr }[fd];
  const kind = env['TERM'] ?? '';
  return stream?.isTTY === true && kind !== '' && kind !== 'dumb' ? new Terminal(stream) : null;
}
