/** Reads events.jsonl back: of this run or of an old one, whole or cut off in the middle of a line by a crash. */
import { readFile } from 'node:fs/promises';
import { UsageError } from '../errors.ts';
import type { RecordedEvent } from '../events.ts';
import { recordedEvent } from './schema.ts';

/** The name of the file in a run's folder. */
export const EVENTS = 'events.jsonl';

export interface EventLog {
  readonly events: readonly RecordedEvent[];
  /** Lines that hold no event of this schema: half-written ones, and kinds of a later version. */
  readonly unreadable: number;
}

/** The events of a text, in their order. */
export function parseEvents(text: string): EventLog {
  const lines = text.split('\n').filter((line) => line !== '');
  const events = lines.map(parseEvent).filter((event) => event !== undefined);
  return { events, unreadable: lines.length - events.length };
}

/** One line; undefined when it is no event of this schema. */
export function parseEvent(line: string): RecordedEvent | undefined {
  try {
    return recordedEvent.parse(JSON.parse(line)) as RecordedEvent;
  } catch {
    return undefined;
  }
}

/**
 * Reads the file at `path`.
 *
 * @throws UsageError when it cannot be read, or holds no events at all
 */
export async function readEvents(path: string): Promise<EventLog> {
  const parts = { code: 'NO_EVENTS', tried: `read the events of a run from ${path}` };
  const hint = 'give the events.jsonl of a run, e.g. --from build/runs/latest/events.jsonl';
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError({ ...parts, found: (error as Error).message, hint, cause: error });
  });
  const log = parseEvents(text);
  if (log.events.length === 0) throw new UsageError({ ...parts, found: 'no line of it is an event', hint });
  return log;
}
