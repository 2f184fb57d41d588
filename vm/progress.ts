/** What a person sees of the event stream, on stderr: one live line on a terminal, plain lines when piped. */
import type { EventSink, HarnessEvent } from './events.ts';

/** The part of a stream that the sink needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The terminal is redrawn at most this often; a faster stream only costs time. */
const REDRAW_MS = 100;
/** A pipe gets a progress line at most this often, so that a log shows life and stays short. */
const PIPED_PROGRESS_MS = 15_000;

/** Renders events for people on `stream`. */
export function progressSink(stream: ProgressStream): EventSink {
  const live = stream.isTTY === true;
  let lastProgress = 0;
  let lineShown = false;

  const clear = (): void => {
    if (lineShown) stream.write('\r\x1b[K');
    lineShown = false;
  };
  const print = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
  };
  const show = (line: string): void => {
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
    lineShown = true;
  };

  return {
    emit(event) {
      switch (event.kind) {
        case 'stage.begin':
          lastProgress = performance.now();
          if (live) show(`${label(event.stage)} ${event.detail} ...`);
          break;
        case 'stage.progress': {
          const now = performance.now();
          if (now - lastProgress < (live ? REDRAW_MS : PIPED_PROGRESS_MS)) break;
          lastProgress = now;
          (live ? show : print)(`${label(event.stage)} ${amount(event)}`);
          break;
        }
        default: {
          const line = plainLine(event);
          if (line !== undefined) print(line);
        }
      }
    },
  };
}

/** Width of the longest stage name, so that the details line up. */
const LABEL_WIDTH = 'configure'.length;

function label(name: string): string {
  return name.padEnd(LABEL_WIDTH);
}

type Settled = Exclude<HarnessEvent, { kind: 'stage.begin' | 'stage.progress' }>;

/** The one line of an event that stays on the screen; undefined for events that only the log wants. */
function plainLine(event: Settled): string | undefined {
  switch (event.kind) {
    case 'stage.end': {
      const outcome = { done: seconds(event.ms), cached: 'cached', failed: 'FAILED' }[event.outcome];
      return `${label(event.stage)} ${event.detail} (${outcome})`;
    }
    case 'note':
      return `${label('note')} ${event.text}`;
    case 'warning':
      return `${label('warning')} ${event.text}`;
    case 'vm.start':
      return undefined;
    case 'vm.ready':
      return `${label('boot')} ${event.vm}: Linux ${event.kernel} answers after ${seconds(event.ms)}`;
    case 'vm.end':
      return event.verdict === 'PASS' ? undefined : `${label(event.verdict)} ${event.vm}: ${event.title}`;
    case 'run.end':
      return `${event.verdict} after ${seconds(event.ms)}`;
  }
}

/** `12.3/128.0 MB (9 %)`, `1200/1843 (65 %) CC fs/inode.o`, and the like. */
function amount(event: Extract<HarnessEvent, { kind: 'stage.progress' }>): string {
  const scale = event.unit === 'bytes' ? 1e6 : 1;
  const digits = event.unit === 'bytes' ? 1 : 0;
  const of = event.total === undefined ? '' : `/${(event.total / scale).toFixed(digits)}`;
  const unit = { bytes: ' MB', files: ' files', steps: '' }[event.unit];
  const percent = event.total ? ` (${Math.min(100, Math.floor((100 * event.done) / event.total))} %)` : '';
  return `${(event.done / scale).toFixed(digits)}${of}${unit}${percent} ${event.detail ?? ''}`.trimEnd();
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(0)} s`;
}
