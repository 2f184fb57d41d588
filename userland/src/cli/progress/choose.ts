/** Decides how progress is shown: on which terminal, in lines, as JSON, or not at all. */
import type { RunOptions } from '../options/resolve.ts';
import type { Output } from '../output.ts';
import { terminalOf, type Terminal } from '../terminal.ts';
import type { InFlightBytes } from './meter.ts';
import type { Snapshot } from './periodic.ts';
import { NO_PROGRESS, type Progress } from './progress.ts';

/** Between two lines, and between two events of JSON. */
const LINES_MS = 5000;
const EVENTS_MS = 1000;

/** Where a line can be drawn again. */
export interface Screen {
  readonly output: Pick<Output, 'status' | 'forgetStatus'>;
  readonly terminal: Terminal;
  /** Somebody else may write on it, too, who knows nothing of the line. */
  readonly shared: boolean;
}

/** stderr, which is a terminal also where stdout goes to a file; else stdout; null when neither is a terminal. */
export function screenOf(stdout: Output, stderr: Output): Screen | null {
  for (const output of [stderr, stdout]) {
    const terminal = terminalOf(output.given);
    if (terminal !== null) return { output, terminal, shared: stdout.isPipe };
  }
  return null;
}

export interface Tellers {
  /** A line for people on stderr. */
  readonly line: (text: string) => void;
  /** An event of JSON. */
  readonly event: (snapshot: Snapshot) => void;
}

/** What draws is loaded by those who need it only: tables of characters take as long to make as all else at a start. */
export async function chooseProgress(
  { progress, json, verbosity }: Pick<RunOptions, 'progress' | 'json' | 'verbosity'>,
  screen: Screen | null,
  { line, event }: Tellers,
  inFlight: InFlightBytes,
): Promise<Progress> {
  if (progress === 'never' || verbosity === 'quiet') return NO_PROGRESS;
  const asked = progress === 'always';
  if (!json && screen !== null && (asked || !screen.shared)) {
    const { LiveProgress } = await import('./live.ts');
    return new LiveProgress(screen.output, screen.terminal, inFlight);
  }
  if (!asked) return NO_PROGRESS;
  const { PeriodicProgress } = await import('./periodic.ts');
  if (json) return new PeriodicProgress(EVENTS_MS, inFlight, event);
  return new PeriodicProgress(LINES_MS, inFlight, (_, text) => line(`dirsync: ${text}`));
}
