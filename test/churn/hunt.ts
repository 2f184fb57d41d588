/** The long run: one live syncer, and changes without end, until so many were made or a comparison fails. */
import type { Generator } from './generator.ts';
import type { Step } from './operations.ts';
import type { Place } from './place.ts';
import { Session, type Divergence, type SessionCounts, type SessionOptions } from './session.ts';

export interface HuntOptions {
  readonly session: SessionOptions;
  readonly place: Place;
  readonly generator: Generator;
  /** Operations to make; the batch in which the last one falls is made in full. */
  readonly operations: number;
  readonly onProgress?: (counts: SessionCounts) => void;
}

export interface HuntResult {
  readonly counts: SessionCounts;
  readonly failure?: {
    readonly divergence: Divergence;
    /** What was done since the tree was emptied last. */
    readonly steps: readonly Step[];
    /** The same for the time before. */
    readonly before: readonly Step[];
  };
}

/** Makes the changes; the place is removed at the end, whatever it is. */
export async function hunt(options: HuntOptions): Promise<HuntResult> {
  const { place, generator, operations, onProgress } = options;
  try {
    const session = await Session.start(place, options.session);
    const { counts } = session;
    let steps: Step[] = [];
    let before: Step[] = [];
    while (counts.operations < operations) {
      const batch = generator.next();
      if (batch.fresh) [before, steps] = [steps, []];
      steps.push(...batch.steps);
      const divergence = await session.play(batch.steps);
      onProgress?.(counts);
      if (divergence !== undefined) return { counts, failure: { divergence, steps, before } };
    }
    const divergence = await session.end();
    return divergence === undefined ? { counts } : { counts, failure: { divergence, steps, before } };
  } finally {
    await place.remove();
  }
}
