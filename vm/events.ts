/**
 * The one stream of what happens: stages and guests emit events, and only a sink decides what a person sees of them.
 *
 * Nothing else in the harness prints. stdout belongs to TAP; the sinks below write to stderr.
 */
import { appendFileSync } from 'node:fs';
import type { Finding } from './console/finding.ts';
import type { Verdict } from './verdict.ts';

/** The stages of a run, in their order. */
export type Stage =
  | 'doctor'
  | 'fetch'
  | 'patch'
  | 'configure'
  | 'build'
  | 'pack'
  | 'boot'
  | 'test'
  | 'report';

export type HarnessEvent =
  | { readonly kind: 'stage.begin'; readonly stage: Stage; readonly detail: string }
  | {
      readonly kind: 'stage.progress';
      readonly stage: Stage;
      readonly done: number;
      /** Absent while it is not known how much there is. */
      readonly total?: number;
      readonly unit: 'bytes' | 'files' | 'steps';
      readonly detail?: string;
    }
  | {
      readonly kind: 'stage.end';
      readonly stage: Stage;
      readonly outcome: 'done' | 'cached' | 'failed';
      readonly ms: number;
      readonly detail: string;
    }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  | {
      readonly kind: 'vm.start';
      readonly vm: string;
      readonly accel: string;
      readonly commandLine: string;
      /** QEMU's process id; absent when it could not be started. */
      readonly pid?: number;
    }
  | { readonly kind: 'vm.ready'; readonly vm: string; readonly ms: number; readonly kernel: string }
  | {
      readonly kind: 'vm.end';
      readonly vm: string;
      readonly verdict: Verdict;
      /** One line, e.g. `kernel panic: sysrq triggered crash`. */
      readonly title: string;
      readonly ms: number;
      /** What the kernel complained of, in its order. */
      readonly findings?: readonly Finding[];
      /** Names of files beside console.log that tell more of a bad end. */
      readonly diagnostics?: readonly string[];
    }
  | { readonly kind: 'run.end'; readonly verdict: Verdict; readonly ms: number };

/** An event as it is written to `events.jsonl`. */
export type RecordedEvent = HarnessEvent & {
  /** Milliseconds since the Unix epoch. */ readonly time: number;
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

/** Appends each event as one JSON line. Synchronous on purpose: a crash of the harness must not lose the last events. */
export function jsonLinesSink(path: string): EventSink {
  return {
    emit(event) {
      const recorded: RecordedEvent = { time: Date.now(), ...event };
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
