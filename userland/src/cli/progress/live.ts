/** Progress on a terminal. */
import type { Output } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { isMoving, type PairActivity } from './activity.ts';
import { progressLine } from './line.ts';
import { Meter, type InFlightBytes } from './meter.ts';
import type { Progress } from './progress.ts';

/** Milliseconds between two pictures. */
const REDRAW_MS = 100;

/** A line at the end of what `output` prints on a terminal. */
export class LiveProgress implements Progress {
  readonly #meter: Meter;
  readonly #output: Pick<Output, 'status' | 'forgetStatus'>;
  readonly #terminal: Pick<Terminal, 'columns' | 'isOurs' | 'onResize'>;
  #timer: NodeJS.Timeout | null = null;
  #ended = false;
  readonly #unsubscribe: () => void;
  readonly #continued = (): void => {
    this.#output.forgetStatus();
    this.touch();
  };

  constructor(
    output: Pick<Output, 'status' | 'forgetStatus'>,
    terminal: Pick<Terminal, 'columns' | 'isOurs' | 'onResize'>,
    inFlight: InFlightBytes,
  ) {
    this.#output = output;
    this.#terminal = terminal;
    this.#meter = new Meter(inFlight);
    this.#unsubscribe = terminal.onResize(() => this.#draw());
    process.on('SIGCONT', this.#continued);
  }

  add(pair: () => PairActivity): void {
    this.#meter.add(pair);
    this.touch();
  }

  touch(): void {
    if (this.#timer !== null || this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, REDRAW_MS);
  }

  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#unsubscribe();
    process.off('SIGCONT', this.#continued);
    this.#output.status('');
  }

  #draw(): void {
    const { activity, perSecond } = this.#meter.read();
    // One column is left free before the line, for the cursor, and one behind it, for terminals that wrap too early.
    const columns = Math.max(1, this.#terminal.columns - 2);
    this.#output.status(this.#terminal.isOurs ? progressLine(activity, perSecond, columns) : '');
    if (isMoving(activity)) this.touch();
  }
}
