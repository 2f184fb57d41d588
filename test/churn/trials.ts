/** Plays a script against fresh syncers, several times, because a race does not come out the same way each time. */
import type { Step } from './operations.ts';
import type { Place } from './place.ts';
import { Session, type Divergence, type SessionOptions } from './session.ts';

/** At the same time: it also keeps a machine busy enough for races. */
const PARALLEL = 2;

export interface TrialOptions {
  readonly session: SessionOptions;
  readonly newPlace: () => Promise<Place>;
}

/** The first divergence in `tries` plays; undefined when there is none. */
export async function diverges(
  steps: readonly Step[],
  tries: number,
  options: TrialOptions,
): Promise<Divergence | undefined> {
  let left = tries;
  let found: Divergence | undefined;
  const worker = async (): Promise<void> => {
    while (left > 0 && found === undefined) {
      left -= 1;
      found = (await playOnce(steps, options)) ?? found;
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, tries) }, worker));
  return found;
}

async function playOnce(steps: readonly Step[], options: TrialOptions): Promise<Divergence | undefined> {
  const place = await options.newPlace();
  try {
    const session = await Session.start(place, options.session);
    return (await session.play(steps)) ?? (await session.end());
  } finally {
    await place.remove();
  }
}
