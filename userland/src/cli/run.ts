/** From checked options to an exit code: opens all pairs, runs them side by side, and says how it ended. */
import { describeError, EXIT, SyncError, type ExitCode } from '../errors.ts';
import { NoKernelMetadata, probeMetadata } from '../metadata/probe.ts';
import type { MetadataChoice } from '../metadata/probe.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { Addon } from '../native/addon.ts';
import { backupPath } from '../roots/backup-place.ts';
import { refuseOverlaps } from '../roots/overlap.ts';
import type { RunOptions, SyncOptions } from './options/resolve.ts';
import type { Output } from './output.ts';
import { Pair, type PairEnd } from './pair.ts';
import { chooseProgress, type Screen } from './progress/choose.ts';
import type { Progress } from './progress/progress.ts';
import { Report, type PairReport } from './report.ts';
import { callsLines } from './stats.ts';

export interface RunEnvironment {
  readonly addon: Addon;
  readonly stdout: Pick<Output, 'line' | 'behind' | 'ready'>;
  readonly stderr: Pick<Output, 'line'>;
  /** Where progress can be drawn; none by default. */
  readonly screen?: Screen | null;
  /** Aborted by SIGINT and SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  readonly isRoot: boolean;
}

/** Of several ends the first one of these that occurs is that of the program. */
const WORST_FIRST: readonly ExitCode[] = [
  EXIT.USAGE,
  EXIT.ROOTS,
  EXIT.IO,
  EXIT.DELETE_LIMIT,
  EXIT.PARTIAL,
  EXIT.INTERRUPTED,
  EXIT.OK,
];

interface Opened {
  readonly pair: Pair;
  readonly own: PairReport;
}

/** Runs to the end; throws a SyncError for an end that has a message. */
export async function runSync(options: SyncOptions, environment: RunEnvironment): Promise<ExitCode> {
  const report = new Report(options.run, environment);
  const { addon, screen = null, stderr } = environment;
  const tellers = { line: stderr.line.bind(stderr), event: report.progress.bind(report) };
  const progress = await chooseProgress(options.run, screen, tellers, () => addon.bytesInFlight());
  try {
    const code = await runPairs(options, environment, report, progress).finally(() => progress.end());
    report.end(code, null);
    return code;
  } catch (error) {
    report.end(error instanceof SyncError ? error.exitCode : EXIT.IO, error);
    throw error;
  } finally {
    await report.close();
  }
}

async function runPairs(
  options: SyncOptions,
  environment: RunEnvironment,
  report: Report,
  progress: Progress,
): Promise<ExitCode> {
  const { addon, stdout, signal, isRoot } = environment;
  const { run } = options;
  const metadata = chooseMetadata(addon, run.metadata);
  addon.setCopyRate(run.bytesPerSecond);
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const breathe = (): Promise<unknown> | null =>
    stdout.behind && !signal.aborted ? Promise.race([stdout.ready(), aborted]) : null;
  const opened: Opened[] = [];
  try {
    // All are opened before the first one starts: if one is refused, nothing is done at all.
    try {
      refuseOverlaps(
        addon,
        options.pairs.flatMap(({ name, roots, backupDir }) => {
          const backup = backupDir === null ? null : backupPath(roots, backupDir);
          return name === null ? [] : { name, roots, backup };
        }),
      );
      for (const pair of options.pairs) {
        const own = report.pair(pair);
        const common = { addon, metadata, signal, isRoot, breathe, progress, report: own };
        opened.push({ pair: openPair(pair, run, common), own });
      }
      for (const { pair } of opened) progress.add(() => pair.activity());
    } catch (error) {
      for (const { pair } of opened) pair.discard();
      throw error;
    }
    return await runAll(opened, run, report);
  } finally {
    if (run.stats) for (const line of callsLines(addon.counters(), metadata)) report.line(line);
  }
}

function openPair(...[options, run, environment]: ConstructorParameters<typeof Pair>): Pair {
  try {
    return new Pair(options, run, environment);
  } catch (error) {
    if (options.name !== null && error instanceof Error) error.message = `[${options.name}] ${error.message}`;
    throw error;
  }
}

/** One that ends does not stop the others; how the worst one ended is how all did. */
async function runAll(opened: readonly Opened[], run: RunOptions, report: Report): Promise<ExitCode> {
  let running = opened.length;
  const ends = await Promise.all(
    opened.map(async ({ pair, own }) => {
      const end = await runPair(pair, own);
      running -= 1;
      if (end.error !== null && running > 0 && !run.once)
        report.warn(
          `[${pair.options.name}] has ended; ${running === 1 ? 'one pair goes' : `${running} pairs go`} on`,
        );
      return { ...end, name: pair.options.name };
    }),
  );
  const code = WORST_FIRST.find((one) => ends.some((end) => end.code === one)) ?? EXIT.OK;
  const failed = ends.filter(({ error }) => error !== null);
  if (failed.length === 0 || ends.length === 1) return code;
  // It was told when it happened, which may be long ago.
  throw new SyncError(code, 'PAIRS_FAILED', {
    tried: `synchronize ${ends.length} pairs`,
    found: `${failed.length} failed: ${failed.map(({ name, error }) => `[${name}] ${describeError(error)}`).join('; ')}`,
  });
}

/** Says the end of a pair that has a name; throws the error of the only one, which has none. */
async function runPair(pair: Pair, own: PairReport): Promise<PairEnd> {
  try {
    const end = await pair.run();
    own.stats(pair.totals);
    own.end(end.code, end.error);
    if (pair.options.name === null && end.error !== null) throw end.error;
    return end;
  } finally {
    pair.close();
  }
}

function chooseMetadata(addon: Addon, choice: MetadataChoice): MetadataSource {
  try {
    return probeMetadata(addon, choice);
  } catch (error) {
    if (!(error instanceof NoKernelMetadata)) throw error;
    throw new SyncError(EXIT.USAGE, error.code, {
      tried: 'use the system calls of the dirsync patches (--metadata kernel)',
      found: probeMetadata(addon).reason,
      hint: '--metadata auto, or boot a kernel with the dirsync patches',
    });
  }
}
