/** Runs test files by tap: their TAP, their points and what they write to stderr become events. */
import { execa } from 'execa';
import type { EventSink } from '../events.ts';
import { CHECKOUT } from '../paths.ts';
import { TapEvents } from '../results/tap-events.ts';
import { RUN_PLAN_VARIABLE } from './plan.ts';

/** The environment variable with the seed, for tests that try random things: test/helpers/seed.ts reads it. */
export const SEED_VARIABLE = 'DIRSYNC_SEED';

/**
 * Generous, for a test file as a whole: guests have deadlines of their own, which fire first and say more. The kselftests of
 * a kernel that proves its locking take minutes on a busy machine.
 */
const FILE_TIMEOUT_S = 1800;

/** Under TCG a guest keeps one processor busy, and two are what a CI machine has. */
const GUESTS_AT_A_TIME = 2;

/** What tap gets after SIGTERM to report what it was in, before it and its test files are killed. */
const TERM_GRACE_MS = 1000;

export interface TapOptions {
  /** Test files, relative to the checkout. */
  readonly files: readonly string[];
  /** Path of the run plan, see plan.ts. */
  readonly plan: string;
  readonly seed: number;
  /** Regular expression: the file's own (outermost) tests whose names it does not match are left out. */
  readonly filter?: string;
}

export interface TapResult {
  /** tap says that all passed, and the stream agrees. */
  readonly ok: boolean;
  /** How many points were not skipped. */
  readonly points: number;
}

/**
 * Runs the files, two at a time.
 *
 * @throws the signal's reason when aborted; tap and its test files are gone then
 */
export async function runTap(
  { files, plan, seed, filter }: TapOptions,
  events: EventSink,
  signal: AbortSignal,
): Promise<TapResult> {
  const flags = [
    '--reporter=tap',
    `--jobs=${GUESTS_AT_A_TIME}`,
    `--timeout=${FILE_TIMEOUT_S}`,
    '--disable-coverage',
    '--allow-empty-coverage',
    ...(filter === undefined ? [] : [`--grep=/${filter}/`]),
  ];
  const tap = execa('tap', [...flags, ...files], {
    cwd: CHECKOUT,
    preferLocal: true,
    localDir: CHECKOUT,
    stdin: 'ignore',
    buffer: false,
    env: { [RUN_PLAN_VARIABLE]: plan, [SEED_VARIABLE]: String(seed) },
    cancelSignal: signal,
    // tap does not end its test files, and they would go on with their guests.
    killDescendants: true,
    forceKillAfterDelay: TERM_GRACE_MS,
    reject: false,
  });
  const points = new TapEvents(events);
  const [{ exitCode }] = await Promise.all([
    tap,
    eachLine(tap.iterable({ from: 'stdout' }), (line) => {
      events.emit({ kind: 'tap', text: line });
      points.write(`${line}\n`);
    }),
    eachLine(tap.iterable({ from: 'stderr' }), (text) => events.emit({ kind: 'stderr', text })),
  ]);
  signal.throwIfAborted();
  const read = points.end();
  return { ok: exitCode === 0 && read.ok, points: read.points };
}

async function eachLine(lines: AsyncIterable<string>, use: (line: string) => void): Promise<void> {
  for await (const line of lines) use(line);
}
