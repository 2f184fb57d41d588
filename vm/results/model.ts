/**
 * What happened in a run, put together from its events: the one thing that all reports are rendered from. Nothing in it
 * comes from the process that ran the tests, so an old run is rendered again as it was.
 */
import type { RecordedEvent } from '../events.ts';
import type { Verdict } from '../verdict.ts';
import type { Manifest } from './manifest-schema.ts';
import type { EventLog } from './read-events.ts';
import type { Finding, HarnessEvent, Stage } from './schema.ts';

export type Point = Omit<Extract<HarnessEvent, { kind: 'test.point' }>, 'kind' | 'file'>;
export type Bench = Omit<Extract<HarnessEvent, { kind: 'bench' }>, 'kind'>;
export type RunError = Omit<Extract<HarnessEvent, { kind: 'run.error' }>, 'kind'>;

/** One stage. All times of the model are in milliseconds; `at` counts from the run's first event. */
export interface StageSpan {
  readonly stage: Stage;
  detail: string;
  readonly at: number;
  /** Absent when it did not end. */
  ms?: number;
  outcome?: 'done' | 'cached' | 'failed';
}

/** A test file in one round. */
export interface Suite {
  readonly file: string;
  readonly round: number;
  readonly points: Point[];
  readonly tests: { readonly path: readonly string[]; readonly ok: boolean; readonly ms: number }[];
  /** Absent when it did not end. */
  ms?: number;
  ok?: boolean;
}

export interface Guest {
  readonly name: string;
  /** The test file that booted it. */
  readonly file: string | undefined;
  readonly accel: string;
  readonly commandLine: string;
  readonly at: number;
  kernel?: string;
  readyMs?: number;
  /** Absent when nobody saw its end. */
  end?: {
    readonly verdict: Verdict;
    readonly title: string;
    readonly ms: number;
    readonly findings: readonly Finding[];
    /** Files of its folder that tell more. */
    readonly diagnostics: readonly string[];
  };
  /** What was told of a bad end. */
  report?: string;
  /** What it had been asked and did not answer, oldest first. */
  readonly pending: Map<number, string>;
}

export interface Run {
  readonly startedAt: number;
  /** From the first to the last event. */
  readonly spanMs: number;
  command?: string;
  manifest?: Manifest;
  error?: RunError;
  /** Absent when the run did not end: it was killed, or it still goes on. */
  end?: { readonly verdict: Verdict; readonly interrupted: boolean; readonly ms: number };
  readonly stages: StageSpan[];
  readonly guests: Guest[];
  readonly suites: Suite[];
  readonly benches: Bench[];
  /** Notes, warnings and what test files wrote to stderr, in their order. */
  readonly log: {
    readonly at: number;
    readonly kind: 'note' | 'warning' | 'stderr';
    readonly text: string;
  }[];
  /** Lines of the file that were no events. */
  readonly unreadable: number;
}

/** Folds the events of a run into what reports show. */
export function runOf({ events, unreadable }: EventLog): Run {
  const startedAt = events[0]?.time ?? 0;
  const run: Run = {
    startedAt,
    spanMs: (events.at(-1)?.time ?? startedAt) - startedAt,
    stages: [],
    guests: [],
    suites: [],
    benches: [],
    log: [],
    unreadable,
  };
  let round = 1;
  for (const event of events) {
    if (event.kind === 'tests.begin') ({ round } = event);
    fold(run, event, round);
  }
  return run;
}

function fold(run: Run, event: RecordedEvent, round: number): void {
  const at = event.time - run.startedAt;
  switch (event.kind) {
    case 'run.begin':
      run.command = event.command;
      break;
    case 'run.manifest':
      run.manifest = event.manifest;
      break;
    case 'run.error': {
      const { kind: _kind, ...error } = event;
      run.error = error;
      break;
    }
    case 'run.end':
      run.end = { verdict: event.verdict, interrupted: event.interrupted === true, ms: event.ms };
      break;
    case 'note':
    case 'warning':
    case 'stderr':
      run.log.push({ at, kind: event.kind, text: event.text });
      break;
    case 'bench': {
      const { kind: _kind, ...bench } = event;
      run.benches.push(bench);
      break;
    }
    case 'stage.begin':
    case 'stage.end':
      foldStage(run.stages, event, at);
      break;
    case 'vm.start':
    case 'vm.ready':
    case 'vm.call':
    case 'vm.return':
    case 'vm.end':
    case 'vm.report':
      foldGuest(run.guests, event, at);
      break;
    case 'test.point':
    case 'test.end':
    case 'file.end':
      foldTest(run.suites, event, round);
      break;
    case 'run.summary':
    case 'tests.begin':
    case 'stage.progress':
    case 'tap':
      break;
  }
}

type StageEvent = Extract<RecordedEvent, { kind: 'stage.begin' | 'stage.end' }>;

function foldStage(stages: StageSpan[], event: StageEvent, at: number): void {
  if (event.kind === 'stage.begin') {
    stages.push({ stage: event.stage, detail: event.detail, at });
    return;
  }
  const open = stages.findLast(({ stage, ms }) => stage === event.stage && ms === undefined);
  if (open === undefined) return;
  open.ms = event.ms;
  open.outcome = event.outcome;
  open.detail = event.detail;
}

type GuestEvent = Extract<RecordedEvent, { vm: string }>;

function foldGuest(guests: Guest[], event: GuestEvent, at: number): void {
  if (event.kind === 'vm.start') {
    const { vm: name, from: file, accel, commandLine } = event;
    guests.push({ name, file, accel, commandLine, at, pending: new Map() });
    return;
  }
  const guest = guests.findLast(({ name }) => name === event.vm);
  if (guest === undefined) return;
  if (event.kind === 'vm.ready') {
    guest.kernel = event.kernel;
    guest.readyMs = event.ms;
  } else if (event.kind === 'vm.call') guest.pending.set(event.call, event.what);
  else if (event.kind === 'vm.return') {
    // What a bad end leaves unanswered returns after it, as failed: that stays pending.
    if (guest.end === undefined) guest.pending.delete(event.call);
  } else if (event.kind === 'vm.report') guest.report = event.text;
  else {
    const { verdict, title, ms, findings = [], diagnostics = [] } = event;
    guest.end = { verdict, title, ms, findings, diagnostics };
  }
}

type TestEvent = Extract<RecordedEvent, { kind: 'test.point' | 'test.end' | 'file.end' }>;

function foldTest(suites: Suite[], event: TestEvent, round: number): void {
  let suite = suites.findLast((known) => known.file === event.file && known.round === round);
  if (suite === undefined) {
    suite = { file: event.file, round, points: [], tests: [] };
    suites.push(suite);
  }
  if (event.kind === 'test.point') {
    const { kind: _kind, file: _file, ...point } = event;
    suite.points.push(point);
  } else if (event.kind === 'test.end') {
    suite.tests.push({ path: event.path, ok: event.ok, ms: event.ms });
  } else {
    suite.ms = event.ms;
    suite.ok = event.ok;
  }
}

/** The points that failed, with the file that each is in. */
export function failures(
  run: Run,
): { readonly file: string; readonly round: number; readonly point: Point }[] {
  return run.suites.flatMap(({ file, round, points }) =>
    points.filter(({ ok }) => !ok).map((point) => ({ file, round, point })),
  );
}

/** The guests that ended badly, or whose end nobody saw; an interrupt is no end that says something of them. */
export function badGuests(run: Run): Guest[] {
  const judged = run.guests.filter(({ end }) => end !== undefined || run.end?.interrupted !== true);
  return judged.filter(({ end }) => end?.verdict !== 'PASS');
}

/** A point's name with those of the subtests around it, outermost first. */
export function fullName({ path, name }: Pick<Point, 'path' | 'name'>): string {
  return [...path, name].join(' › ');
}

/** How a run ended, in one word: its verdict, or what there is instead of one. */
export function ending(run: Run): Verdict | 'INTERRUPTED' | 'NO END' {
  if (run.end === undefined) return 'NO END';
  return run.end.interrupted ? 'INTERRUPTED' : run.end.verdict;
}
