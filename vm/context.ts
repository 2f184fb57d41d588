/** What every stage is given beside its own options. */
import type { Cache } from './cache.ts';
import type { EventSink } from './events.ts';

export interface Context {
  readonly cache: Cache;
  readonly events: EventSink;
  /** Aborted by Ctrl+C: every stage passes it to what it starts, and leaves no process and no half result behind. */
  readonly signal: AbortSignal;
}
