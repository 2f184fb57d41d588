/** What a person sees of the event stream, on stderr: one live line on a terminal, plain lines when piped. */
import type { EventSink, HarnessEvent } from '../events.ts';
import { amount, StatusLine } from './status-line.ts';

/** The part of a stream that the sink needs. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The live line is redrawn this often while something is under way: its clock runs, and a faster one only costs. */
const REDRAW_MS = 150;
/** A pipe gets a progress line at most this often, so that a log shows life and stays short. */
const PIPED_PROGRESS_MS = 15_000;

/** Erases the terminal's current line. Whoever writes to a terminal beside the live line writes this first. */
export const ERASE_LINE = '\r\x1b[K';

/** Renders events for people on `stream`. */
export function progressSink(stream: ProgressStream): EventSink {
  return stream.isTTY === true ? liveSink(stream) : plainSink(stream);
}

function plainSink(stream: ProgressStream): EventSink {
  let lastProgress = performance.now();
  return {
    emit(event) {
      if (event.kind === 'stage.begin') lastProgress = performance.now();
      if (event.kind === 'stage.progress') {
        if (performance.now() - lastProgress < PIPED_PROGRESS_MS) return;
        lastProgress = performance.now();
        stream.write(`${label(event.stage)} ${amount(event)}\n`);
      }
      const line = settledLine(event);
      if (line !== undefined) stream.write(`${line}\n`);
    },
  };
}

function liveSink(stream: ProgressStream): EventSink {
  const status = new StatusLine();
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const text = status.text(Date.now());
    stream.write(ERASE_LINE + fit(text, (stream.columns ?? 80) - 1));
    if (text !== '') return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    emit(event) {
      status.take(event);
      const line = settledLine(event);
      if (line !== undefined) stream.write(`${timer === undefined ? '' : ERASE_LINE}${line}\n`);
      const idle = status.text(Date.now()) === '';
      if (timer === undefined && !idle) {
        // The line must not keep a command alive that is over.
        timer = setInterval(draw, REDRAW_MS).unref();
        draw();
      } else if (timer !== undefined && (idle || line !== undefined)) draw();
    },
  };
}

/** A line that is wider than the window would wrap, and stay. */
function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Width of the longest stage name, so that the details line up. */
const LABEL_WIDTH = 'configure'.length;

function label(name: string): string {
  return name.padEnd(LABEL_WIDTH);
}

/** The one line of an event that stays on the screen; undefined for events that only the live line or the log wants. */
function settledLine(event: HarnessEvent): string | undefined {
  switch (event.kind) {
    case 'stage.end': {
      const outcome = { done: seconds(event.ms), cached: 'cached', failed: 'FAILED' }[event.outcome];
      return `${label(event.stage)} ${event.detail} (${outcome})`;
    }
    case 'note':
      return `${label('note')} ${event.text}`;
    case 'warning':
      return `${label('warning')} ${event.text}`;
    case 'stderr':
    case 'vm.report':
      return event.text;
    case 'vm.ready':
      return `${label('boot')} ${event.vm}: Linux ${event.kernel} answers after ${seconds(event.ms)}`;
    case 'vm.end':
      return event.verdict === 'PASS' ? undefined : `${label(event.verdict)} ${event.vm}: ${event.title}`;
    case 'run.end':
      return `${event.interrupted ? 'interrupted' : event.verdict} after ${seconds(event.ms)}`;
    case 'run.summary':
      return event.lines.length === 0 ? undefined : event.lines.join('\n');
    default:
      return undefined;
  }
}

/** Milliseconds for people: `1.23 s`, `41 s`. */
function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 1000).toFixed(0)} s`;
}
