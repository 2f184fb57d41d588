/**
 * The one stream of what happens: stages, guests and tests emit events, and only a sink decides what a person sees of
 * them. Nothing else in the harness prints. What kinds of events there are is written in results/schema.ts.
 */
import { appendFileSync } from 'node:fs';
import type { HarnessEvent, Stage } from './results/schema.ts';

export type { HarnessEvent, Stage };

/** An event as it is written to `events.jsonl`. */
export type RecordedEvent = HarnessEvent & {
  /** Milliseconds since the Unix epoch. */ readonly time: number;
  /** The test file whose process wrote it; absent for the run itself. */ readonly from?: string;
};

export interface EventSink {
  emit(event: HarnessEvent): void;
}

/** Sends each event to every given sink, in order. */
export function fanOut(...sinks: readonly EventSink[]): EventSink {
  return {
    emit(event) {
      for (const sink of sinks) sink.emit(event);
    },
  };
}

/**
 * Appends each event as one JSON line. Synchronous on purpose: a crash of the harness must not lose the last events. The
 * processes of a run share one file: each line is one write to its end, which the system does not mix with others.
 *
 * @param from the test file that this process runs, if it runs one
 */
export function jsonLinesSink(path: string, from?: string): EventSink {
  return {
    emit(event) {
      const recorded: RecordedEvent = { time: Date.now(), ...(from !== undefined && { from }), ...event };
      appendFileSync(path, `${JSON.stringify(recorded)}\n`);
    },
  };
}

/** Keeps the events in memory, for tests. */
export function memorySink(): EventSink & { readonly events: HarnessEvent[] } {
  const events: HarnessEvent[] = [];
  return {
    events,
    emit(event) {
      events.push(event);
    },
  };
}

/** Runs `work` as a stage: emits its begin and end, and lets its error pass through. */
export async function runStage<T>(
  events: EventSink,
  stage: Stage,
  detail: string,
  work: () => Promise<{ readonly outcome: 'done' | 'cached'; readonly detail: string; readonly value: T }>,
): Promise<T> {
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  events.emit({ kind: 'stage.begin', stage, detail });
  try {
    const result = await work();
    events.emit({ kind: 'stage.end', stage, outcome: result.outcome, ms: elapsed(), detail: result.detail });
    return result.value;
  } catch (error) {
    events.emit({ kind: 'stage.end', stage, outcome: 'failed', ms: elapsed(), detail });
    throw error;
  }
}
