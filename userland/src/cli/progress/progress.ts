/**
 * Shows how far a run is: on a terminal as a line that is drawn again in its place, elsewhere as a line or a JSON event from
 * time to time during the first synchronization.
 *
 * It asks the pairs what they do only when it shows that, so that they need not tell; and it has no timer while nothing
 * changes.
 */
import type { PairActivity } from './activity.ts';

export interface Progress {
  /** A pair that is to be shown, too. */
  add(pair: () => PairActivity): void;
  /** Something has changed. Costs next to nothing. */
  touch(): void;
  /** Takes the line away; nothing is shown after that. */
  end(): void;
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = {
  add: () => undefined,
  touch: () => undefined,
  end: () => undefined,
};
