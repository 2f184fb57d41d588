/**
 * The inotify instance: watches directories, keeps the tree true, and hands on changes.
 *
 * Which directory is really at a place is told by its wd, and asked each time the place is opened (`settle`): events
 * may be late, cut apart or lost, and the tree is right all the same.
 */
import { describeError, EXIT, SyncError } from '../errors.ts';
import { isSystemError, type Addon, type ByteString, type Fd, type FdWatch } from '../native/addon.ts';
import { ChangeReader, WATCH_MASK, type Change, type Place } from './changes.ts';
import { isAtOrBelow, type DirectoryNode, type WatchTree } from './watch-tree.ts';

export interface WatcherOptions {
  readonly addon: Addon;
  readonly tree: WatchTree;
  readonly onChange: (change: Change) => void;
  readonly onWatch: (node: DirectoryNode) => void;
  /** Called once, when the kernel grants no more watches. */
  readonly onLimit: () => void;
  /** The tree contradicts the file system in a way that no single correction mends. */
  readonly onContradiction: () => void;
}

/** What `settle` found. */
export interface Settled {
  readonly node: DirectoryNode;
  /** `moved`: the node was elsewhere before; `new`: its directory was not watched. */
  readonly change: 'none' | 'new' | 'moved';
  /** Where a moved node was; null when it had lost its place before. */
  readonly from: Place | null;
  /** The node that had the place before; null when there was none. */
  readonly displaced: DirectoryNode | null;
}

/** Reads of 64 KiB in one go, so that a flood of events does not keep the work they cause from being done. */
const READS_AT_ONCE = 16;

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #reader: ChangeReader;
  readonly #inotify: Fd;
  readonly #readiness: FdWatch;
  #limited = false;
  #pumping = false;

  /** Throws a SyncError when the kernel grants no inotify instance. */
  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#reader = new ChangeReader(options.tree);
    try {
      this.#inotify = options.addon.inotifyInit();
    } catch (error) {
      throw new SyncError(EXIT.IO, 'NO_INOTIFY', {
        tried: 'watch the source with inotify',
        found: describeError(error),
        hint: 'to allow more programs to: sysctl fs.inotify.max_user_instances=1024; without watching: --once',
      });
    }
    this.#readiness = options.addon.watchFd(this.#inotify, () => void this.pump());
  }

  /** Whether some directories could not be watched. */
  get limited(): boolean {
    return this.#limited;
  }

  /** Handles the events that are there by now; false when there were none, or when this is one of their handlers. */
  pump(): boolean {
    if (this.#pumping) return false;
    this.#pumping = true;
    try {
      for (let reads = 0; reads < READS_AT_ONCE; reads += 1) {
        const events = this.#options.addon.readEvents(this.#inotify);
        if (events.length === 0) return reads > 0;
        for (const change of this.#reader.read(events)) this.#options.onChange(change);
      }
      return true;
    } finally {
      this.#pumping = false;
    }
  }

  /** Watches the root; it keeps its place whatever happens to it. */
  watchRoot(directory: Fd): void {
    const wd = this.#watch(directory);
    if (wd !== 0) this.adoptRoot(wd);
  }

  /** Whether the directory at this place is the one that the node stands for. Watches it in any case. */
  isSettled(node: DirectoryNode, directory: Fd): boolean {
    const wd = this.#watch(directory);
    return wd === 0 || (wd === node.wd && this.#options.tree.byWd(wd) === node);
  }

  /** Finds out which directory is at a place (`directory` is open on it), watches it, and corrects the tree. */
  settle(parent: DirectoryNode, name: ByteString, directory: Fd): Settled {
    const { tree } = this.#options;
    const wd = this.#watch(directory);
    if (wd === 0) return { node: tree.childOf(parent, name), change: 'none', from: null, displaced: null };
    const known = tree.byWd(wd);
    const present = parent.children.get(name);
    if (known !== undefined && known === present)
      return { node: known, change: 'none', from: null, displaced: null };
    if (known !== undefined && !isAtOrBelow(parent, known)) {
      const from = known.parent === null ? null : { directory: known.parent, name: known.name };
      tree.move(known, parent, name);
      return { node: known, change: 'moved', from, displaced: present ?? null };
    }
    if (known !== undefined) {
      // A directory cannot be inside itself: what the tree says of it is out of date, so it starts afresh.
      tree.unbind(wd);
      this.#options.onContradiction();
    }
    if (present !== undefined && present.wd !== 0) tree.detach(present);
    const node = tree.childOf(parent, name);
    this.#bind(node, wd);
    return { node, change: 'new', from: null, displaced: null };
  }

  /**
   * Takes over a watch that a walk has added for the directory at a place; null when the tree says otherwise of the
   * place or of the directory, so that the place has to be looked at.
   */
  adopt(parent: DirectoryNode, name: ByteString, wd: number): DirectoryNode | null {
    const { tree } = this.#options;
    const known = tree.byWd(wd);
    const present = parent.children.get(name);
    if (known !== undefined) return known === present ? known : null;
    if (present !== undefined && present.wd !== 0) return null;
    const node = present ?? tree.childOf(parent, name);
    this.#bind(node, wd);
    return node;
  }

  /** As `adopt`, for the root, which keeps its place whatever happens to it. */
  adoptRoot(wd: number): void {
    const { root } = this.#options.tree;
    if (root.wd !== wd) this.#bind(root, wd);
  }

  /** The inotify instance, for those who add watches themselves and have them adopted. */
  get descriptor(): Fd {
    return this.#inotify;
  }

  /** To be called when somebody else was refused a watch. */
  refused(): void {
    if (this.#limited) return;
    this.#limited = true;
    this.#options.onLimit();
  }

  /** Ends the watches of directories that have left the tree for good. */
  unwatch(nodes: readonly DirectoryNode[]): void {
    for (const { wd } of nodes) if (wd !== 0) this.#options.addon.inotifyRemoveWatch(this.#inotify, wd);
  }

  /** Leaves events in the kernel's queue until `resume`. */
  pause(): void {
    this.#readiness.pause();
  }

  resume(): void {
    this.#readiness.resume();
  }

  close(): void {
    this.#readiness.close();
    this.#options.addon.close(this.#inotify);
  }

  #bind(node: DirectoryNode, wd: number): void {
    this.#options.tree.bind(node, wd);
    this.#options.onWatch(node);
  }

  /** The wd, or 0 when the kernel grants no more. */
  #watch(directory: Fd): number {
    try {
      return this.#options.addon.inotifyAddWatch(this.#inotify, directory, WATCH_MASK);
    } catch (error) {
      if (!isSystemError(error, 'ENOSPC')) throw error;
      this.refused();
      return 0;
    }
  }
}
