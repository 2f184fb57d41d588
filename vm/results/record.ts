/**
 * Records a run: every event goes to events.jsonl, what people see is read from there, and at the end, however the run
 * ends, its reports are rendered from there.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { HarnessError } from '../errors.ts';
import { type EventSink, jsonLinesSink } from '../events.ts';
import { ERASE_LINE } from '../terminal/progress.ts';
import type { Verdict } from '../verdict.ts';
import type { Follower } from '../host/follow-file.ts';
import { followLines } from './follow.ts';
import { runOf } from './model.ts';
import { EVENTS, parseEvent, readEvents } from './read-events.ts';
import { summary } from './summary.ts';
import { EVENTS_VERSION } from './schema.ts';
import { writeReports } from './write-reports.ts';

export interface Recording {
  readonly runDir: string;
  /** What was typed. */
  readonly command: string;
  /** What goes to stdout. */
  readonly output: 'tap' | 'json';
  /** The folder from which paths are shown. */
  readonly cwd: string;
}

/**
 * Runs `work` with a context whose events are recorded, and returns its verdict.
 *
 * @throws what `work` throws; that is recorded, too, and the reports are written
 */
export async function recordRun(
  { runDir, command, output, cwd }: Recording,
  context: Context,
  work: (recorded: Context) => Promise<Verdict>,
): Promise<Verdict> {
  const started = performance.now();
  const path = join(runDir, EVENTS);
  writeFileSync(path, '');
  const events = jsonLinesSink(path);
  const follower = show(path, context.events, output);
  const end = (verdict: Verdict): void => {
    const ms = Math.round(performance.now() - started);
    const interrupted = context.signal.aborted ? ({ interrupted: true } as const) : {};
    events.emit({ kind: 'run.end', verdict, ...interrupted, ms });
  };
  try {
    events.emit({ kind: 'run.begin', version: EVENTS_VERSION, command });
    const verdict = await work({ ...context, events });
    end(verdict);
    return verdict;
  } catch (error) {
    if (context.signal.aborted) end('LOST');
    else end(recordError(events, error));
    throw error;
  } finally {
    try {
      const lines = summary(runOf(await readEvents(path)), runDir, cwd);
      events.emit({ kind: 'run.summary', lines });
      await writeReports(path);
    } finally {
      follower.close();
    }
  }
}

/** Records why a run cannot go on; returns its verdict. What is no error of ours is a bug of the harness. */
function recordError(events: EventSink, error: unknown): Verdict {
  if (error instanceof HarnessError) {
    const { code, tried, found, hint, verdict } = error;
    events.emit({ kind: 'run.error', code, tried, found, ...(hint !== undefined && { hint }), verdict });
    return verdict;
  }
  const found = error instanceof Error ? (error.stack ?? error.message) : String(error);
  events.emit({ kind: 'run.error', code: 'BUG', tried: 'run the tests', found, verdict: 'INFRA' });
  return 'INFRA';
}

/** Shows what is appended to the file: progress on `progress`, and on stdout TAP or the events themselves. */
function show(path: string, progress: EventSink, output: Recording['output']): Follower {
  // Where both are the same terminal, the live line makes room.
  const erase = process.stdout.isTTY && process.stderr.isTTY ? ERASE_LINE : '';
  return followLines(path, (line) => {
    const event = parseEvent(line);
    if (output === 'json') process.stdout.write(`${erase}${line}\n`);
    else if (event?.kind === 'tap') process.stdout.write(`${erase}${event.text}\n`);
    if (event !== undefined) progress.emit(event);
  });
}
