/**
 * The main loop: detect → dirty set → compare → apply, until there is nothing left (`once`) or until it is stopped.
 *
 * Nothing is polled. The loop sleeps until an event, the end of background work, the due time of an entry, or the
 * abort of the run wakes it.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { Change, EntryChange, Place } from '../detect/changes.ts';
import { Watcher } from '../detect/watcher.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import { isReserved } from '../compare/reserved.ts';
import { gone } from '../roots/roots.ts';
import { relativePath, type SyncContext } from './context.ts';
import { Busy } from './busy.ts';
import { Degraded } from './degraded.ts';
import { Failures } from './failures.ts';
import { Linker } from './linker.ts';
import { Opener } from './opener.ts';
import { Performer } from './performer.ts';
import { Renamer, REMOVAL_DELAY_MS } from './renamer.ts';
import { Surveyor } from './surveyor.ts';
import { Worker } from './worker.ts';

export interface EngineResult {
  /** Entries that could not be synchronized and will not be tried again. */
  readonly failures: number;
  /** Entries whose last try failed, when the run was stopped. */
  readonly failing: number;
  readonly interrupted: boolean;
}

/** Milliseconds that running copies get to end by themselves when the run is stopped. */
const GRACE_MS = 200;

/** setTimeout's longest. */
const LONGEST_MS = 2 ** 31 - 1;

export class Engine {
  readonly #context: SyncContext;
  readonly #watcher: Watcher | null;
  readonly #failures: Failures;
  readonly #performer: Performer;
  readonly #linker: Linker;
  readonly #worker: Worker;
  readonly #renamer: Renamer;
  readonly #degraded: Degraded;
  readonly #surveyor: Surveyor;
  #wake = Promise.withResolvers<void>();
  /** What ends the run; boxed, for anything can be thrown. */
  #fatal: { readonly error: unknown } | null = null;
  #ready = false;
  #audits: NodeJS.Timeout | null = null;
  /** A periodic comparison is under way. */
  #auditing = false;

  /** Throws a SyncError when the source cannot be watched at all. */
  constructor(context: SyncContext) {
    this.#context = context;
    this.#degraded = new Degraded(context, () => this.#wake.resolve());
    this.#watcher = context.once
      ? null
      : new Watcher({
          addon: context.addon,
          tree: context.tree,
          onChange: (change) => this.#onChange(change),
          onWatch: (node) =>
            context.sink.emit({
              kind: 'watching',
              path: relativePath(context.tree, node, SELF),
              wd: node.wd,
            }),
          onLimit: () => this.#degraded.begin(),
          onContradiction: () => this.#distrust(),
        });
    const opener = new Opener(
      context,
      this.#watcher,
      (settled) => this.#renamer.settled(settled),
      (node, pair) => this.#worker.finish(node, pair),
    );
    this.#failures = new Failures(context);
    const busy = new Busy<DirectoryNode>();
    const onDone = (error: unknown): void => {
      if (error !== null) this.#stop(error);
      this.#wake.resolve();
    };
    this.#linker = new Linker(context, opener, busy, onDone);
    this.#performer = new Performer(context, this.#failures, this.#linker, busy, onDone);
    this.#worker = new Worker(context, opener, this.#failures, this.#performer, this.#linker);
    this.#renamer = new Renamer(context, opener, busy);
    this.#surveyor = new Surveyor(context, this.#watcher, onDone);
  }

  /** Throws what ended the run before its time: a SyncError, or a bug. */
  async run(): Promise<EngineResult> {
    const { dirty, signal } = this.#context;
    const onAbort = (): void => this.#wake.resolve();
    signal.addEventListener('abort', onAbort);
    try {
      this.#surveyor.begin(HINT.NONE);
      await this.#loop();
    } finally {
      signal.removeEventListener('abort', onAbort);
      await this.#drain();
      this.#degraded.end();
      if (this.#audits !== null) clearInterval(this.#audits);
      this.#watcher?.close();
    }
    if (this.#fatal !== null) throw this.#fatal.error;
    if (this.#performer.deleteLimit !== null) throw this.#performer.deleteLimit;
    const failures = this.#failures.givenUp;
    return { failures, failing: dirty.failing, interrupted: signal.aborted };
  }

  /** Instead of `run`. */
  discard(): void {
    this.#watcher?.close();
  }

  async #loop(): Promise<void> {
    const { dirty, now, once, signal } = this.#context;
    while (!signal.aborted && this.#fatal === null) {
      this.#wake = Promise.withResolvers();
      const batch = dirty.take(now());
      if (batch !== null) {
        await this.#worker.process(batch);
        // Events, signals and the ends of copies get their turn.
        await nextTick();
        await this.#breathe();
        continue;
      }
      if (!this.#working) {
        this.#rest();
        if (once && dirty.size === 0) return;
        if (this.#performer.deleteLimit !== null) return;
      }
      await this.#sleep(dirty.nextDue());
    }
  }

  /** Waits for who is told about events, and leaves those in the kernel's queue, which is bounded, meanwhile. */
  async #breathe(): Promise<void> {
    const others = this.#context.breathe();
    if (others === null) return;
    this.#watcher?.pause();
    await others;
    this.#watcher?.resume();
  }

  /** Nothing is due and nothing is running. */
  #rest(): void {
    const { dirty, sink, tree } = this.#context;
    // Whatever lost its place and did not turn up anywhere else has left the source.
    const left = tree.takeDetached();
    for (const node of left) {
      dirty.forget(node);
      this.#linker.forget(node);
    }
    this.#watcher?.unwatch(left);
    if (this.#ready) this.#linker.search.rested();
    if (this.#auditing && dirty.hopeful === 0) {
      this.#auditing = false;
      sink.emit({ kind: 'audited' });
    }
    if (this.#ready || this.#watcher === null || dirty.hopeful > 0) return;
    this.#ready = true;
    this.#degraded.tell();
    this.#linker.search.ready();
    this.#beginAudits();
    sink.emit({ kind: 'ready' });
  }

  /** What no event tells: writes through mmap(2) or a foreign hard link, and changes of the destination by others. */
  #beginAudits(): void {
    const { auditMs, dirty, now, tree } = this.#context;
    if (auditMs === null) return;
    this.#audits = setInterval(() => {
      dirty.add(tree.root, SELF, HINT.SCAN | HINT.DEEP, now());
      this.#auditing = true;
      this.#wake.resolve();
    }, auditMs);
  }

  async #sleep(due: number | null): Promise<void> {
    const ms = due === null ? LONGEST_MS : Math.ceil(due - this.#context.now());
    const timer = setTimeout(() => this.#wake.resolve(), Math.min(Math.max(ms, 0), LONGEST_MS));
    await this.#wake.promise;
    clearTimeout(timer);
  }

  /** Lets background work end, or cancels it. */
  async #drain(): Promise<void> {
    const { addon, copies } = this.#context;
    const cancel = setTimeout(() => addon.cancelCopies(copies), GRACE_MS);
    this.#surveyor.cancel();
    while (this.#working) {
      this.#wake = Promise.withResolvers();
      await this.#wake.promise;
    }
    clearTimeout(cancel);
  }

  /** Something goes on in the background. */
  get #working(): boolean {
    return this.#performer.inFlight > 0 || this.#linker.search.running || this.#surveyor.running;
  }

  #stop(error: unknown): void {
    this.#fatal ??= { error };
    this.#wake.resolve();
  }

  #onChange(change: Change): void {
    try {
      this.#handle(change);
    } catch (error) {
      this.#stop(error);
    }
    this.#wake.resolve();
  }

  #handle(change: Change): void {
    const { dirty, now, roots, sink } = this.#context;
    switch (change.kind) {
      case 'entry': {
        const { directory, name } = change.place;
        if (isReserved(name) || this.#isExcluded(change.place, change.isDirectory)) return;
        this.#tell(change.place);
        const due = now() + (change.gone ? REMOVAL_DELAY_MS : 0);
        dirty.add(directory, name, hintsOf(change), due);
        if (change.written) this.#linker.written(directory, name);
        return;
      }
      case 'directory-arrived':
        if (!this.#isExcluded(change.place, true)) this.#tell(change.place);
        this.#renamer.directoryArrived(change.place);
        return;
      case 'file-renamed':
        if (!this.#isExcluded(change.to, false)) this.#tell(change.to);
        this.#renamer.fileRenamed(change.from, change.to);
        return;
      case 'watch-lost':
        dirty.add(change.place.directory, change.place.name, HINT.NONE, now() + REMOVAL_DELAY_MS);
        return;
      case 'overflow':
        sink.emit({
          kind: 'warning',
          text:
            'watch the source: the kernel dropped events (IN_Q_OVERFLOW); everything is compared again; ' +
            'if it happens often: sysctl fs.inotify.max_queued_events=1048576',
        });
        this.#distrust();
        return;
      case 'root-gone':
        throw gone('source', roots.paths.source, `it was ${change.how}`);
    }
  }

  /** Events were lost: everything is compared, and what has changed since the start is copied if in doubt. */
  #distrust(): void {
    this.#surveyor.begin(HINT.RECENT);
  }

  /** `isDirectory` null: what it is, is not known; excluded is then only what is so in either case. */
  #isExcluded(place: Place, isDirectory: boolean | null): boolean {
    const { policy, tree } = this.#context;
    if (policy.filter.isEmpty || place.name === SELF) return false;
    const path = relativePath(tree, place.directory, place.name);
    const types = isDirectory === null ? [true, false] : [isDirectory];
    return types.every((type) => policy.filter.excludes(path, type));
  }

  #tell(place: { readonly directory: Parameters<typeof relativePath>[1]; readonly name: string }): void {
    if (place.name === SELF) return;
    const directory = relativePath(this.#context.tree, place.directory, SELF);
    this.#context.sink.emit({ kind: 'event', name: place.name, directory });
  }
}

function hintsOf({ content, written, created, isDirectory }: EntryChange): number {
  const isNew = created && isDirectory === false;
  return (content ? HINT.CONTENT : 0) | (written ? HINT.WRITTEN : 0) | (isNew ? HINT.CREATED : 0);
}
