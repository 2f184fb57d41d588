/** Performs the steps of entries: quick ones at once, slow ones in the background, never two at a time on one entry. */
import { copyMany, RACY_MS } from '../apply/copy-file.ts';
import { applyStep, pretend } from '../apply/executor.ts';
import type { DoneOutcome } from '../apply/outcome.ts';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import { Slots } from '../apply/slots.ts';
import type { Difference } from '../compare/difference.ts';
import type { Step } from '../compare/planner.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import { EXIT, SyncError } from '../errors.ts';
import { DIFF } from '../metadata/records.ts';
import { FILE_TYPE, isSystemError, type ByteString } from '../native/addon.ts';
import type { NewFiles } from './bundle.ts';
import type { Busy } from './busy.ts';
import { relativePath, type SyncContext } from './context.ts';
import type { Failures } from './failures.ts';
import type { Linker } from './linker.ts';

/** As many as libuv's thread pool has threads by default. */
const PARALLEL = 4;

/** Postponements after which a file that never rests is copied as it is. */
const RACY_PATIENCE = 5;

export class Performer {
  readonly busy: Busy<DirectoryNode>;
  /** Set when `--max-delete` is reached: nothing is deleted from then on, the rest goes on. */
  deleteLimit: SyncError | null = null;
  readonly #context: SyncContext;
  readonly #failures: Failures;
  readonly #linker: Linker;
  readonly #slots = new Slots(PARALLEL);
  readonly #onDone: (error: unknown) => void;
  readonly #created = new WeakSet<DirectoryNode>();

  /** `onDone` is called at the end of each piece of background work, with null or with what ends the run. */
  constructor(
    context: SyncContext,
    failures: Failures,
    linker: Linker,
    busy: Busy<DirectoryNode>,
    onDone: (error: unknown) => void,
  ) {
    this.#context = context;
    this.#linker = linker;
    this.busy = busy;
    this.#failures = failures;
    this.#onDone = onDone;
  }

  /** Slow work that goes on in the background. */
  get inFlight(): number {
    return this.#slots.used;
  }

  /** Whether the directory was made by this run and is asked about for the first time. */
  takeCreated(node: DirectoryNode): boolean {
    return this.#created.delete(node);
  }

  /** Performs the steps of one entry, in the background when that can take long. */
  async perform(
    pair: DirectoryPair,
    node: DirectoryNode,
    found: Difference,
    steps: readonly Step[],
    hints: number,
  ): Promise<void> {
    const { name } = found;
    if (this.busy.has(node, name)) {
      this.busy.defer(node, name, hints);
      return;
    }
    this.busy.begin(node, name);
    const work = async (): Promise<void> => {
      try {
        await this.#apply(pair, node, found, steps, hints);
      } finally {
        this.#finish(node, name);
      }
    };
    if (!steps.some(isSlow)) {
      await work();
      return;
    }
    await this.#begin(pair, work);
  }

  /** Copies new files, none of which is busy, in one piece of background work. */
  async copyMany(pair: DirectoryPair, node: DirectoryNode, files: NewFiles): Promise<void> {
    for (const name of files.keys()) this.busy.begin(node, name);
    await this.#begin(pair, async () => {
      try {
        await this.#copyMany(pair, node, files);
      } finally {
        for (const name of files.keys()) this.#finish(node, name);
      }
    });
  }

  async #copyMany(pair: DirectoryPair, node: DirectoryNode, files: NewFiles): Promise<void> {
    let outcomes: (DoneOutcome | null)[] = [];
    try {
      outcomes = await copyMany(this.#context, pair, [...files.keys()], node.wd !== 0);
    } catch (error) {
      // One by one, each with its own error.
      if (!isSystemError(error)) throw error;
    }
    for (const [at, [name, hints]] of [...files].entries()) {
      const outcome = outcomes[at] ?? null;
      const found = { name, type: FILE_TYPE.REGULAR, diff: DIFF.MISSING };
      // Whatever is not that simple is looked at by itself.
      if (outcome === null) this.#failures.putOff(node, name, hints, this.#context.now());
      else if (this.#take(node, found, { kind: 'copy', name }, outcome)) this.#failures.settled(node, name);
    }
  }

  /** Waits until there is room, and begins work in the background. */
  async #begin(pair: DirectoryPair, work: () => Promise<void>): Promise<void> {
    await this.#slots.acquire();
    pair.retain();
    void this.#background(pair, work);
  }

  async #background(pair: DirectoryPair, work: () => Promise<void>): Promise<void> {
    let end: unknown = null;
    try {
      await work();
    } catch (error) {
      end = error;
    }
    this.#slots.release();
    try {
      pair.release();
    } catch (error) {
      end ??= error;
    }
    this.#onDone(end);
  }

  async #apply(
    pair: DirectoryPair,
    node: DirectoryNode,
    found: Difference,
    steps: readonly Step[],
    hints: number,
  ): Promise<void> {
    const { name } = found;
    const { dirty, dryRun, now } = this.#context;
    const patient = dirty.history(node, name).waits < RACY_PATIENCE;
    const watched = node.wd !== 0;
    try {
      for (const step of steps) {
        if (step.kind === 'link') {
          if (!(await this.#link(pair, node, found))) {
            this.#failures.putOff(node, name, hints, now());
            return;
          }
          continue;
        }
        const outcome =
          dryRun && step.kind !== 'verify'
            ? pretend(step)
            : await applyStep(this.#context, pair, step, { watched, patient });
        if (outcome.kind === 'again') {
          this.#failures.putOff(node, name, hints, now() + outcome.delayMs);
          return;
        }
        if (outcome.did === 'copied') this.#linker.copied(pair, node, name);
        if (dryRun && displaces(step, found, outcome)) this.#foretellBackup(node, name);
        if (!this.#take(node, found, step, outcome)) return;
      }
      this.#failures.settled(node, name);
    } catch (error) {
      this.#linker.failed(node, name);
      if (!(error instanceof SyncError) || error.exitCode !== EXIT.DELETE_LIMIT)
        this.#failures.failed(node, name, hints, error);
      else this.deleteLimit ??= error;
    }
  }

  /** Notes and tells what was done; false when it has to be done once more. */
  #take(node: DirectoryNode, found: Difference, step: Step, outcome: DoneOutcome): boolean {
    const { now, once } = this.#context;
    this.#done(node, found, step, outcome);
    if (!outcome.racy || once || node.wd !== 0) return true;
    // A write of that very tick would not show, and no event tells of it: it is copied once more.
    this.#failures.putOff(node, found.name, HINT.CONTENT, now() + RACY_MS);
    return false;
  }

  /** The entry is not busy any more: what became dirty meanwhile is looked at. */
  #finish(node: DirectoryNode, name: ByteString): void {
    const again = this.busy.end(node, name);
    if (again !== null) this.#context.dirty.add(node, name, again, this.#context.now());
  }

  /** False when it has to be looked at once more. */
  async #link(pair: DirectoryPair, node: DirectoryNode, { name, diff }: Difference): Promise<boolean> {
    const { addon, dryRun, fsync, sink, temps, tree } = this.#context;
    if (!dryRun) pair.makeWritable();
    const target = await temps.with((temp) => this.#linker.join(pair, node, name, temp));
    if (target === null) return false;
    if (fsync && !dryRun) addon.fsync(pair.destination);
    if (dryRun && (diff & CONTENT) !== 0) this.#foretellBackup(node, name);
    const path = relativePath(tree, node, name);
    sink.emit({ kind: 'linked', path, target: relativePath(tree, target.directory, target.name) });
    return true;
  }

  /** In a dry run nobody knows which numbers are taken. */
  #foretellBackup(node: DirectoryNode, name: ByteString): void {
    const { backup, sink, tree } = this.#context;
    const path = relativePath(tree, node, name);
    if (backup !== null) sink.emit({ kind: 'backed-up', path, to: path });
  }

  #done(node: DirectoryNode, found: Difference, step: Step, outcome: DoneOutcome): void {
    const { dirty, ledger, now, sink, tree } = this.#context;
    const { name, type, diff } = found;
    if (outcome.source !== null) {
      const settled = outcome.settled && !this.#linker.isWritten(node, name);
      ledger.note(node, name, outcome.source, settled);
    }
    if (step.kind === 'mkdir') {
      const child = tree.childOf(node, name);
      this.#created.add(child);
      dirty.add(child, SELF, HINT.SCAN | HINT.DEEP, now());
    }
    const path = relativePath(tree, node, name);
    const item = { type: type ?? FILE_TYPE.REGULAR, diff };
    if (outcome.did === 'copied') sink.emit({ kind: 'copied', path, bytes: outcome.bytes, item });
    else if (outcome.did === 'deleted')
      sink.emit({ kind: 'deleted', path, entries: outcome.entries, kept: outcome.kept });
    else if (outcome.did === 'updated') sink.emit({ kind: 'updated', path, item });
    else if (outcome.did === 'created-directory') sink.emit({ kind: 'created-directory', path });
  }
}

const CONTENT = DIFF.SIZE | DIFF.MTIME;

/** Whether the step takes away what the destination has under the name. */
function displaces({ kind }: Step, { diff }: Difference, { did }: DoneOutcome): boolean {
  if (did === 'deleted') return true;
  return did === 'copied' && (kind === 'verify' || (diff & (DIFF.MISSING | DIFF.TYPE)) === 0);
}

function isSlow(step: Step): boolean {
  return step.kind === 'copy' || step.kind === 'verify' || step.kind === 'remove' || step.kind === 'clear';
}
