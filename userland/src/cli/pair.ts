/** One source and its destination, from their options to how the run on them ended. */
import { Backup } from '../apply/backup.ts';
import { DeleteBudget } from '../apply/delete-budget.ts';
import { InFlight } from '../apply/in-flight.ts';
import { TempNames } from '../apply/temp-names.ts';
import { ContentLedger } from '../compare/content-ledger.ts';
import { WatchTree, type DirectoryNode } from '../detect/watch-tree.ts';
import { DirtySet } from '../dirty/dirty-set.ts';
import { EXIT, SyncError, type ExitCode } from '../errors.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { Addon } from '../native/addon.ts';
import { countingSink, type Totals } from '../report.ts';
import { openRoots } from '../roots/open-roots.ts';
import type { Roots } from '../roots/roots.ts';
import { Engine } from '../sync/engine.ts';
import { readFilter } from './filter-rules.ts';
import type { PairOptions, RunOptions } from './options/resolve.ts';
import type { PairActivity } from './progress/activity.ts';
import { Changes } from './progress/changes.ts';
import type { Progress } from './progress/progress.ts';
import type { PairReport } from './report.ts';

export interface PairEnvironment {
  readonly addon: Addon;
  readonly metadata: MetadataSource;
  readonly signal: AbortSignal;
  readonly isRoot: boolean;
  readonly report: PairReport;
  readonly progress: Progress;
  /** null, or what resolves when the reader of stdout has kept up. */
  readonly breathe: () => Promise<unknown> | null;
}

/** How the run on a pair ended; `error` says why, when there is more to say than the code does. */
export interface PairEnd {
  readonly code: ExitCode;
  readonly error: unknown;
}

export class Pair {
  readonly options: PairOptions;
  readonly tree = new WatchTree();
  readonly dirty = new DirtySet<DirectoryNode>();
  readonly #run: RunOptions;
  readonly #environment: PairEnvironment;
  readonly #roots: Roots;
  readonly #engine: Engine;
  readonly #backup: Backup | null;
  #ended = false;
  readonly #sink: ReturnType<typeof countingSink>;
  readonly #inFlight = new InFlight();
  readonly #changes = new Changes();

  /** Throws a SyncError when the pair is refused. */
  constructor(options: PairOptions, run: RunOptions, environment: PairEnvironment) {
    const { addon, report, isRoot } = environment;
    this.options = options;
    this.#run = run;
    this.#environment = environment;
    this.#sink = countingSink({
      emit: (event) => {
        report.sink.emit(event);
        this.#changes.note(event);
        environment.progress.touch();
      },
    });
    const filter = readFilter(options.rules);
    this.#roots = openRoots(addon, options.roots, {
      allowEmpty: options.allowEmpty,
      backupDir: options.backupDir,
      delete: options.policy.delete,
      filter,
      dryRun: run.dryRun,
      fsync: options.fsync,
    });
    this.#backup = this.#makeBackup();
    const { backup } = this.#roots;
    const mirrored = backup === null || backup.reserved === null ? filter : filter.reserving(backup.reserved);
    const policy = { ...options.policy, filter: mirrored, owner: isRoot };
    try {
      this.#engine = new Engine({
        addon,
        copies: addon.copyGroup(),
        roots: this.#roots,
        tree: this.tree,
        dirty: this.dirty,
        ledger: new ContentLedger<DirectoryNode>(),
        temps: new TempNames(),
        inFlight: this.#inFlight,
        backup: this.#backup,
        budget: new DeleteBudget(options.maxDelete),
        policy,
        metadata: environment.metadata,
        sink: this.#sink,
        signal: environment.signal,
        once: run.once,
        dryRun: run.dryRun,
        fsync: options.fsync,
        auditMs: options.auditMs,
        onXattrsRefused: onlyOnce(() => this.#sink.emit({ kind: 'warning', text: XATTRS_REFUSED })),
        now: () => performance.now(),
        clock: () => Date.now(),
        startedAt: Date.now(),
        breathe: environment.breathe,
      });
    } catch (error) {
      this.#roots.discard();
      throw error;
    }
  }

  #makeBackup(): Backup | null {
    const { backup, destination } = this.#roots;
    if (backup === null) return null;
    return new Backup(this.#environment.addon, {
      path: backup.path,
      destination,
      fsync: this.options.fsync,
      onKept: (path, to) => this.#sink.emit({ kind: 'backed-up', path, to }),
    });
  }

  get totals(): Readonly<Totals> {
    return this.#sink.totals;
  }

  activity(): PairActivity {
    const { dirty, tree, totals } = this;
    return {
      source: this.options.roots.source,
      ended: this.#ended,
      ready: this.#changes.ready,
      files: totals.copied,
      bytes: totals.bytes,
      directories: dirty.directories,
      flights: [...this.#inFlight.all],
      failing: dirty.failing,
      watches: tree.watches,
      lastChange: this.#changes.last,
      comparedAt: this.options.auditMs === null ? null : this.#changes.comparedAt,
    };
  }

  async run(): Promise<PairEnd> {
    const { report, metadata, progress } = this.#environment;
    report.start(metadata);
    const end = await this.#toItsEnd();
    this.#ended = true;
    progress.touch();
    if (end.code === EXIT.OK && this.#run.once) report.line('Directory synchronization completed.');
    return end;
  }

  close(): void {
    this.#roots.close();
  }

  /** Instead of `run` and `close`: as if it had never been. */
  discard(): void {
    this.#engine.discard();
    this.#roots.discard();
  }

  async #toItsEnd(): Promise<PairEnd> {
    const { once } = this.#run;
    try {
      if (!this.#run.dryRun) this.#backup?.make();
      const result = await this.#engine.run();
      if (once && result.interrupted) return { code: EXIT.INTERRUPTED, error: null };
      const failed = result.failures + (once ? result.failing : 0);
      return failed > 0 ? partial(failed) : { code: EXIT.OK, error: null };
    } catch (error) {
      return { code: error instanceof SyncError ? error.exitCode : EXIT.IO, error };
    }
  }
}

const XATTRS_REFUSED =
  'copy extended attributes: the destination cannot have some of them (its file system, or permissions); ' +
  'all else is kept';

function onlyOnce(tell: () => void): () => void {
  let told = false;
  return () => {
    if (!told) tell();
    told = true;
  };
}

function partial(failed: number): PairEnd {
  const error = new SyncError(EXIT.PARTIAL, 'PARTIAL', {
    tried: 'synchronize everything',
    found: `${failed} ${failed === 1 ? 'entry' : 'entries'} failed, see above`,
    hint: 'mend that and start dirsync again',
  });
  return { code: EXIT.PARTIAL, error };
}
