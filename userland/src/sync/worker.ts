/** Works through one batch of the dirty set: opens, compares, plans, and hands the steps on. */
import { getSystemErrorName } from 'node:util';
import { changeTime, RACY_MS } from '../apply/copy-file.ts';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import { DIFF_XATTRS, type Difference } from '../compare/difference.ts';
import { compareDirectories } from '../compare/directory.ts';
import { compareEntry } from '../compare/entry.ts';
import { planEntry } from '../compare/planner.ts';
import { comparedBits } from '../compare/policy.ts';
import { isReserved } from '../compare/reserved.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { DOUBT, HINT, SELF, type Batch } from '../dirty/dirty-set.ts';
import { DIFF } from '../metadata/records.ts';
import { FILE_TYPE, type ByteString, type Fd, type SystemError } from '../native/addon.ts';
import { Bundle } from './bundle.ts';
import { relativePath, type SyncContext } from './context.ts';
import type { Failures } from './failures.ts';
import type { Linker } from './linker.ts';
import type { Performer } from './performer.ts';
import { MissingDestinationError, StaleNodeError, type Opener } from './opener.ts';
import { REMOVAL_DELAY_MS } from './renamer.ts';

/** Differences for which a regular file is copied as a whole. */
const ANEW = DIFF.MISSING | DIFF.TYPE | DIFF.SIZE | DIFF.MTIME | DIFF.RACY;

export class Worker {
  readonly #context: SyncContext;
  readonly #opener: Opener;
  readonly #failures: Failures;
  readonly #performer: Performer;
  /** Pairs whose entries could not all be compared: their directories are not in order, whatever becomes of them. */
  readonly #incomplete = new WeakSet<DirectoryPair>();
  readonly #linker: Linker;
  readonly #bundle: Bundle;

  constructor(
    context: SyncContext,
    opener: Opener,
    failures: Failures,
    performer: Performer,
    linker: Linker,
  ) {
    this.#context = context;
    this.#opener = opener;
    this.#failures = failures;
    this.#performer = performer;
    this.#linker = linker;
    this.#bundle = new Bundle(context, (pair, node, files) => performer.copyMany(pair, node, files));
  }

  /** Throws what ends the run. */
  async process(batch: Batch<DirectoryNode>): Promise<void> {
    const node = batch.directory;
    const self = batch.names.get(SELF) ?? HINT.NONE;
    const pair = this.#open(batch, (self & HINT.SCAN) !== 0);
    if (pair === null) return;
    try {
      if ((self & HINT.SCAN) !== 0) await this.#scan(pair, node, self);
      await this.#lookAll(pair, batch);
      await this.#bundle.flush(pair, node);
    } finally {
      pair.release();
    }
  }

  /** To be called when all work in a directory is done, while the pair is still open. */
  finish(node: DirectoryNode, pair: DirectoryPair): void {
    const { dryRun, sink, tree, signal } = this.#context;
    if (dryRun || signal.aborted) return;
    try {
      const changed = pair.copyAttributes(this.#context);
      const created = this.#performer.takeCreated(node);
      if (changed !== 0 && !created) {
        const item = { type: FILE_TYPE.DIRECTORY, diff: changed };
        sink.emit({ kind: 'updated', path: relativePath(tree, node, SELF), item });
      }
      if (!this.#incomplete.has(pair)) this.#failures.settled(node, SELF);
    } catch (error) {
      this.#failures.failed(node, SELF, HINT.NONE, error);
    }
  }

  #open(batch: Batch<DirectoryNode>, scanning: boolean): DirectoryPair | null {
    const node = batch.directory;
    try {
      return this.#opener.openPair(node, scanning);
    } catch (error) {
      if (isMisplaced(error)) this.#misplaced(batch, error);
      else for (const [name, hints] of batch.names) this.#failures.failed(node, name, hints, error);
      return null;
    }
  }

  #misplaced({ directory, names }: Batch<DirectoryNode>, error: Misplaced): void {
    const { dirty, tree, now } = this.#context;
    if (tree.pathOf(directory) === null) {
      // Without a place nothing can be done: it waits until the directory turns up somewhere, or is given up.
      dirty.park({ directory, names });
      return;
    }
    // What is gone waits as a removal does: it may be under way to another place, and its mirror is to go with it.
    const due = now() + (error instanceof StaleNodeError ? REMOVAL_DELAY_MS : 0);
    // Its place is compared first; if it is found elsewhere, it is compared as a whole there.
    if (directory.parent !== null) dirty.add(directory.parent, directory.name, HINT.NONE, due);
    for (const [name, hints] of names) this.#failures.putOff(directory, name, hints, due + 10);
  }

  async #scan(pair: DirectoryPair, node: DirectoryNode, hints: number): Promise<void> {
    const { addon, metadata, policy, signal, tree } = this.#context;
    const { source, destination } = pair;
    /** Names of subdirectories, and of those that are none any more, which have been dealt with. */
    const judged = new Set<ByteString>();
    const excludes = policy.filter.below(pair.path);
    try {
      const compared = comparedBits(policy);
      const all = (hints & DOUBT) !== 0 || policy.xattrs || policy.checksum;
      const { mtimeSlackNs } = policy;
      const comparison = { source, destination, compared, metadata, all, excludes, mtimeSlackNs };
      for (const found of compareDirectories(addon, comparison)) {
        if (signal.aborted) return;
        if (found.kind === 'error') {
          // It may still be the directory that it was.
          judged.add(found.name);
          this.#failures.failed(node, found.name, HINT.DEEP, statError(found.errno));
          continue;
        }
        if (found.type === FILE_TYPE.DIRECTORY || node.children.has(found.name)) judged.add(found.name);
        if (found.linked || this.#linker.knows(node, found.name)) {
          await this.#look(pair, node, found.name, hints);
          continue;
        }
        await this.#seen(pair, node, found, hints);
      }
      for (const [name, child] of node.children) {
        if (judged.has(name)) continue;
        if (excludes(name, true)) tree.detach(child);
        else if (addon.statAt(source, name)?.type !== FILE_TYPE.DIRECTORY)
          this.#depart(node, child, HINT.NONE);
      }
    } catch (error) {
      this.#incomplete.add(pair);
      this.#failures.failed(node, SELF, hints, error);
    }
  }

  async #lookAll(pair: DirectoryPair, { directory, names }: Batch<DirectoryNode>): Promise<void> {
    const excludes = this.#context.policy.filter.below(pair.path);
    for (const [name, hints] of names) {
      if (name === SELF) continue;
      const unseen = this.#bundle.takesUnseen(directory, name, hints) && !excludes(name, false);
      if (unseen && this.#isFree(directory, name)) await this.#bundle.add(pair, directory, name, hints);
      else await this.#look(pair, directory, name, hints);
    }
  }

  /** An entry that a scan has come across. */
  async #seen(pair: DirectoryPair, node: DirectoryNode, found: Difference, hints: number): Promise<void> {
    try {
      const doubted = this.#doubt(pair.source, node, found, hints);
      await this.#handle(pair, node, this.#inspect(pair, doubted, hints), hints);
    } catch (error) {
      this.#failures.failed(node, found.name, hints & DOUBT, error);
    }
  }

  /** What costs a look at the files themselves: done only where options ask for it, and nothing else differs. */
  #inspect(pair: DirectoryPair, found: Difference, hints: number): Difference {
    const { addon, policy } = this.#context;
    const { name, type, diff } = found;
    const { source, destination } = pair;
    if (destination === -1 || type === null || type === FILE_TYPE.DIRECTORY) return found;
    if (isReserved(name) || (diff & ANEW) !== 0) return found;
    const differ = policy.xattrs && addon.xattrsDiffer(source, name, destination, name);
    const verify = policy.checksum && type === FILE_TYPE.REGULAR && (hints & HINT.SCAN) !== 0;
    return { ...found, diff: differ ? diff | DIFF_XATTRS : diff, verify };
  }

  async #look(pair: DirectoryPair, node: DirectoryNode, name: ByteString, hints: number): Promise<void> {
    const { addon, policy, signal } = this.#context;
    if (signal.aborted) return;
    if (this.#performer.busy.has(node, name)) {
      this.#performer.busy.defer(node, name, hints);
      return;
    }
    try {
      const excludes = policy.filter.below(pair.path);
      const found = compareEntry(addon, pair.source, pair.destination, name, policy, excludes);
      if (found === null) {
        this.#leave(node, name);
        return;
      }
      const doubted = { ...found, ...this.#doubt(pair.source, node, found, hints) };
      const inspected = { ...doubted, ...this.#inspect(pair, doubted, hints) };
      const judged = this.#linker.judge(pair, node, inspected, hints);
      if (judged !== null) await this.#handle(pair, node, judged, hints);
    } catch (error) {
      this.#failures.failed(node, name, hints, error);
    }
  }

  /** Where equal size and mtime prove nothing, a file is different unless this very state of it was copied. */
  #doubt(source: Fd, node: DirectoryNode, found: Difference, hints: number): Difference {
    const { addon, ledger, startedAt } = this.#context;
    if (found.type !== FILE_TYPE.REGULAR || found.diff !== 0 || (hints & DOUBT) === 0) return found;
    const stat = addon.statAt(source, found.name);
    if (stat === null || ledger.has(node, found.name, stat)) return found;
    // Coarse clocks run behind by a tick.
    const untouched = changeTime(stat) < startedAt - RACY_MS;
    return (hints & HINT.CONTENT) === 0 && untouched ? found : { ...found, diff: DIFF.RACY };
  }

  /** Neither side has the entry, or it is excluded. */
  #leave(node: DirectoryNode, name: ByteString): void {
    const child = node.children.get(name);
    this.#linker.gone(node, name);
    if (child !== undefined) this.#context.tree.detach(child);
    this.#failures.settled(node, name);
  }

  async #handle(pair: DirectoryPair, node: DirectoryNode, found: Difference, hints: number): Promise<void> {
    const { policy } = this.#context;
    const { name } = found;
    const isDirectory = found.type === FILE_TYPE.DIRECTORY && !policy.flat && !isReserved(name);
    const child = node.children.get(name);
    if (isDirectory && (found.diff & (DIFF.MISSING | DIFF.TYPE)) === 0) {
      this.#descend(node, name, found.diff, hints);
      return;
    }
    if (!isDirectory && child !== undefined && !this.#depart(node, child, hints)) return;
    const steps = planEntry(found, policy).filter(
      (step) => step.kind !== 'remove' || this.#performer.deleteLimit === null,
    );
    if (steps.length === 0) this.#failures.settled(node, name);
    else if (this.#isFree(node, name) && this.#bundle.takes(node, found, steps))
      await this.#bundle.add(pair, node, name, hints);
    else await this.#performer.perform(pair, node, found, steps, hints);
  }

  /**
   * A directory is not where the tree has it. It may be under way to another place, of which no event has been read yet, and
   * its mirror is to go with it: so it keeps its place for the time that a removal waits. False while it does.
   */
  #depart(node: DirectoryNode, child: DirectoryNode, hints: number): boolean {
    const { dirty, now, tree } = this.#context;
    if (child.wd !== 0 && dirty.history(node, child.name).waits === 0) {
      this.#failures.putOff(node, child.name, hints & ~HINT.SCAN, now() + REMOVAL_DELAY_MS);
      return false;
    }
    tree.detach(child);
    return true;
  }

  /** Nothing is being done about the entry, and its file is not known to have other names. */
  #isFree(node: DirectoryNode, name: ByteString): boolean {
    return !this.#performer.busy.has(node, name) && !this.#linker.knows(node, name);
  }

  /** Both sides have the directory: it is compared in its turn, as deep as there is reason to. */
  #descend(node: DirectoryNode, name: ByteString, diff: number, hints: number): void {
    const { dirty, now, once, tree } = this.#context;
    const child = tree.childOf(node, name);
    this.#failures.settled(node, name);
    // What is not watched, though it should be, is unknown.
    if ((hints & HINT.DEEP) !== 0 || (child.wd === 0 && !once))
      dirty.add(child, SELF, HINT.SCAN | HINT.DEEP | (hints & DOUBT), now());
    else if ((hints & HINT.SCAN) === 0 || diff !== 0) dirty.add(child, SELF, HINT.NONE, now());
  }
}

/** An entry's errno as the error that looking at it alone would throw. */
function statError(errno: number): SystemError {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${code}: statx`), { code, errno, syscall: 'statx' });
}

type Misplaced = StaleNodeError | MissingDestinationError;

function isMisplaced(error: unknown): error is Misplaced {
  return error instanceof StaleNodeError || error instanceof MissingDestinationError;
}
