/** Progress where nothing can be drawn again: numbers from time to time. */
import { bytesLeft, type Activity, type PairActivity } from './activity.ts';
import { progressLine } from './line.ts';
import { Meter, type InFlightBytes } from './meter.ts';
import type { Progress } from './progress.ts';

export interface Snapshot {
  readonly files: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  readonly left: { readonly directories: number; readonly files: number; readonly bytes: number };
  readonly failing: number;
}

/** Tells from time to time, until all pairs have made their first synchronization. */
export class PeriodicProgress implements Progress {
  readonly #meter: Meter;
  readonly #timer: NodeJS.Timeout;

  /** `tell` gets the numbers, and the same as text. */
  constructor(everyMs: number, inFlight: InFlightBytes, tell: (snapshot: Snapshot, text: string) => void) {
    this.#meter = new Meter(inFlight);
    this.#timer = setInterval(() => {
      const { activity, perSecond } = this.#meter.read();
      if (activity.ready) clearInterval(this.#timer);
      else tell(snapshotOf(activity, perSecond ?? 0), progressLine(activity, perSecond, Infinity));
    }, everyMs);
  }

  add(pair: () => PairActivity): void {
    this.#meter.add(pair);
    this.#meter.read();
  }

  touch(): void {
    // Its time comes by the clock.
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function snapshotOf(activity: Activity, perSecond: number): Snapshot {
  const { files, bytes, bytesInFlight, directories, flights, failing } = activity;
  return {
    files,
    bytes: bytes + bytesInFlight,
    bytesPerSecond: Math.round(perSecond),
    left: { directories, files: flights.length, bytes: bytesLeft(activity) },
    failing,
  };
}
