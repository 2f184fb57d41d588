/** What a run is doing at this moment: of one pair, and of all together. */
import type { Flight } from '../../apply/in-flight.ts';
import type { RelativePath } from '../../report.ts';
import type { Change } from './changes.ts';

/** What one pair says of itself. */
export interface PairActivity {
  /** The source as it was typed. */
  readonly source: RelativePath;
  /** It does nothing any more: only what it has copied counts. */
  readonly ended: boolean;
  /** The first synchronization is complete. */
  readonly ready: boolean;
  /** Entries copied, and bytes moved by the copies that are finished. */
  readonly files: number;
  readonly bytes: number;
  /** Directories in which something is to be compared. */
  readonly directories: number;
  readonly flights: readonly Flight[];
  /** Entries whose last try failed. */
  readonly failing: number;
  readonly watches: number;
  readonly lastChange: Change | null;
  /** When everything was compared last, milliseconds since the epoch; null where that is not asked for. */
  readonly comparedAt: number | null;
}

export interface Activity extends Omit<PairActivity, 'source' | 'ended'> {
  readonly sources: readonly RelativePath[];
  /** Bytes moved by the copies that run. */
  readonly bytesInFlight: number;
}

/** `bytesInFlight`: moved by copies that have not ended. */
export function together(pairs: readonly PairActivity[], bytesInFlight: number): Activity {
  const running = pairs.filter((pair) => !pair.ended);
  return {
    sources: running.map((pair) => pair.source),
    ready: running.every((pair) => pair.ready),
    files: sum(pairs, (pair) => pair.files),
    bytes: sum(pairs, (pair) => pair.bytes),
    bytesInFlight,
    directories: sum(running, (pair) => pair.directories),
    flights: running.flatMap((pair) => pair.flights),
    failing: sum(running, (pair) => pair.failing),
    watches: sum(running, (pair) => pair.watches),
    lastChange: latest(running.map((pair) => pair.lastChange)),
    comparedAt: earliest(running.map((pair) => pair.comparedAt)),
  };
}

function sum(pairs: readonly PairActivity[], of: (pair: PairActivity) => number): number {
  return pairs.reduce((all, pair) => all + of(pair), 0);
}

/** Whether something is shown that changes without any event. */
export function isMoving({ ready, flights }: Activity): boolean {
  return !ready || flights.length > 0;
}

/** Bytes that the running copies have still to move. */
export function bytesLeft({ flights, bytesInFlight }: Activity): number {
  return Math.max(0, flights.reduce((all, flight) => all + flight.bytes, 0) - bytesInFlight);
}

function latest(changes: readonly (Change | null)[]): Change | null {
  return changes.reduce(
    (last, one) => (last === null || (one !== null && one.at > last.at) ? one : last),
    null,
  );
}

/** What is true of all pairs. */
function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
