/** What all pairs are doing, read when it is asked for, and how fast that is. */
import { together, type Activity, type PairActivity } from './activity.ts';
import { Rate } from './rate.ts';

/** Tells the bytes moved by copies that have not ended. */
export type InFlightBytes = () => number;

export interface Reading {
  readonly activity: Activity;
  /** Bytes; null where it is not known yet. */
  readonly perSecond: number | null;
}

export class Meter {
  readonly #pairs: (() => PairActivity)[] = [];
  readonly #inFlight: InFlightBytes;
  readonly #rate = new Rate();

  constructor(inFlight: InFlightBytes) {
    this.#inFlight = inFlight;
  }

  add(pair: () => PairActivity): void {
    this.#pairs.push(pair);
  }

  read(): Reading {
    const found = together(
      this.#pairs.map((pair) => pair()),
      this.#inFlight(),
    );
    this.#rate.add(performance.now(), found.bytes + found.bytesInFlight);
    return { activity: found, perSecond: this.#rate.perSecond };
  }
}
