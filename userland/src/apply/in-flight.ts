/** The copies that run at this moment, for whoever wants to show them. */
import type { ByteString } from '../native/addon.ts';
import type { RelativePath } from '../report.ts';

export interface Flight {
  /** Below the roots. */
  readonly directory: RelativePath;
  readonly name: ByteString;
  /** Of data, as the source's file had at the start of the copy: less than its size if it has holes. */
  readonly bytes: number;
}

export class InFlight {
  readonly #flights = new Set<Flight>();

  /** Runs `copy` as a flight. */
  async with<T>(flight: Flight, copy: () => Promise<T>): Promise<T> {
    this.#flights.add(flight);
    try {
      return await copy();
    } finally {
      this.#flights.delete(flight);
    }
  }

  get all(): ReadonlySet<Flight> {
    return this.#flights;
  }
}
