/** From a checked command line to an exit code: builds the run's parts, hands each what it needs, and says how it ended. */
import { DeleteBudget } from '../apply/delete-budget.ts';
import { TempNames } from '../apply/temp-names.ts';
import { ContentLedger } from '../compare/content-ledger.ts';
import { WatchTree, type DirectoryNode } from '../detect/watch-tree.ts';
import { DirtySet } from '../dirty/dirty-set.ts';
import { EXIT, SyncError, type ExitCode } from '../errors.ts';
import { NoKernelMetadata, probeMetadata } from '../metadata/probe.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { Addon } from '../native/addon.ts';
import { countingSink } from '../report.ts';
import { openRoots } from '../roots/open-roots.ts';
import { Engine } from '../sync/engine.ts';
import { consoleSink } from './console-sink.ts';
import { readFilter } from './filter-rules.ts';
import type { SyncOptions } from './options/resolve.ts';
import type { Output } from './output.ts';
import { statsLines } from './stats.ts';

export interface RunEnvironment {
  readonly addon: Addon;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by SIGINT and SIGTERM, and when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  readonly isRoot: boolean;
}

/** Runs to the end; throws a SyncError for an end that has a message. */
export async function runSync(options: SyncOptions, environment: RunEnvironment): Promise<ExitCode> {
  const { addon, stdout, stderr, signal, isRoot } = environment;
  const metadata = chooseMetadata(addon, options);
  const out = (line: string): void => stdout.line(line);
  const sink = countingSink(
    consoleSink({
      roots: options.roots,
      verbosity: options.verbosity,
      out,
      err: (line) => stderr.line(line),
    }),
  );
  const filter = readFilter(options.rules);
  const roots = openRoots(addon, options.roots, {
    allowEmpty: options.allowEmpty,
    delete: options.policy.delete,
    filter,
    dryRun: options.dryRun,
  });
  const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  try {
    const engine = new Engine({
      addon,
      roots,
      tree: new WatchTree(),
      dirty: new DirtySet<DirectoryNode>(),
      ledger: new ContentLedger<DirectoryNode>(),
      temps: new TempNames(),
      budget: new DeleteBudget(options.maxDelete),
      policy: { ...options.policy, filter, owner: isRoot },
      metadata,
      sink,
      signal,
      once: options.once,
      dryRun: options.dryRun,
      fsync: options.fsync,
      now: () => performance.now(),
      clock: () => Date.now(),
      startedAt: Date.now(),
      breathe: () => (stdout.behind && !signal.aborted ? Promise.race([stdout.ready(), aborted]) : null),
    });
    const result = await engine.run();
    if (options.once && result.interrupted) return EXIT.INTERRUPTED;
    const failed = result.failures + (options.once ? result.failing : 0);
    if (failed > 0)
      throw new SyncError(EXIT.PARTIAL, 'PARTIAL', {
        tried: 'synchronize everything',
        found: `${failed} ${failed === 1 ? 'entry' : 'entries'} failed, see above`,
        hint: 'mend that and start dirsync again',
      });
    if (options.once && options.verbosity !== 'quiet') out('Directory synchronization completed.');
    return EXIT.OK;
  } finally {
    roots.close();
    if (options.stats) for (const line of statsLines(sink.totals, addon.counters(), metadata)) out(line);
  }
}

function chooseMetadata(addon: Addon, options: SyncOptions): MetadataSource {
  try {
    return probeMetadata(addon, options.metadata);
  } catch (error) {
    if (!(error instanceof NoKernelMetadata)) throw error;
    throw new SyncError(EXIT.USAGE, error.code, {
      tried: 'use the system calls of the dirsync patches (--metadata kernel)',
      found: probeMetadata(addon).reason,
      hint: '--metadata auto, or boot a kernel with the dirsync patches',
    });
  }
}
