/** Opens the two directories of a node, after making sure that the tree is right about it. */
import { openBelow, openOwnBelow } from '../apply/directories.ts';
import { DirectoryPair } from '../apply/directory-pair.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import type { Settled, Watcher } from '../detect/watcher.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import { isSystemError, type ByteString, type Fd } from '../native/addon.ts';
import { relativePath, type SyncContext } from './context.ts';

/** The node's directory is not where the tree has it; the tree has been corrected if that was possible. */
export class StaleNodeError extends Error {
  override readonly name = 'StaleNodeError';
}

/** The directory is missing in the destination, though the source has it. */
export class MissingDestinationError extends Error {
  override readonly name = 'MissingDestinationError';
}

export class Opener {
  readonly #context: SyncContext;
  readonly #watcher: Watcher | null;
  readonly #onSettled: (settled: Settled) => void;
  readonly #onIdle: (node: DirectoryNode, pair: DirectoryPair) => void;

  /**
   * `onSettled` is told when another directory than the expected one was found at a place; `onIdle` when all work in a
   * pair is done and it is still open.
   */
  constructor(
    context: SyncContext,
    watcher: Watcher | null,
    onSettled: (settled: Settled) => void,
    onIdle: (node: DirectoryNode, pair: DirectoryPair) => void,
  ) {
    this.#context = context;
    this.#watcher = watcher;
    this.#onSettled = onSettled;
    this.#onIdle = onIdle;
  }

  /**
   * `scanning`: whether all entries are going to be compared, as they must be where a watch has just begun.
   * Throws StaleNodeError, MissingDestinationError, a SystemError of the source, or a SyncError of the roots.
   */
  openPair(node: DirectoryNode, scanning: boolean): DirectoryPair {
    const source = this.openSource(node, scanning);
    try {
      const destination = this.openDestination(node);
      const path = relativePath(this.#context.tree, node, SELF);
      return new DirectoryPair(this.#context.addon, { source, destination }, path, (pair) =>
        this.#onIdle(node, pair),
      );
    } catch (error) {
      this.#context.addon.close(source);
      throw error;
    }
  }

  openSource(node: DirectoryNode, scanning = false): Fd {
    const watcher = this.#watcher;
    if (watcher === null) return this.#open(node);
    const source = this.#openIf(node, (directory) => {
      if (node.parent !== null && node.wd === 0) return this.#settle(node.parent, node, directory, scanning);
      if (node.parent !== null) return watcher.isSettled(node, directory);
      watcher.watchRoot(directory);
      return true;
    });
    return source ?? this.#resettle(watcher, node, scanning);
  }

  /** Opens a subdirectory of the source that has just arrived, and says who it is. */
  settleChild(parent: DirectoryNode, name: ByteString): Settled | null {
    if (this.#watcher === null) return null;
    const { addon } = this.#context;
    const above = this.openSource(parent);
    try {
      const directory = addon.openDir(above, name);
      try {
        return this.#watcher.settle(parent, name, directory);
      } finally {
        addon.close(directory);
      }
    } finally {
      addon.close(above);
    }
  }

  /** -1 in a dry run when it does not exist. */
  openDestination(node: DirectoryNode): Fd {
    const { addon, roots, tree, dirty, dryRun, now } = this.#context;
    roots.checkDestination();
    if (roots.destination === -1) return -1;
    try {
      return openOwnBelow(addon, roots.destination, this.#pathOf(node), (depth) => {
        // Closed again when that directory is finished.
        const opened = ancestorAt(node, (tree.pathOf(node)?.length ?? 0) - depth);
        if (opened !== null) dirty.add(opened, SELF, HINT.NONE, now());
      });
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error;
      if (dryRun) return -1;
      throw new MissingDestinationError();
    }
  }

  /** The place holds another directory than the tree says: events that are under way may explain it, else settle it. */
  #resettle(watcher: Watcher, node: DirectoryNode, scanning: boolean): Fd {
    let source = null;
    if (watcher.pump() && this.#context.tree.pathOf(node) !== null)
      source = this.#openIf(node, (directory) => watcher.isSettled(node, directory));
    const { parent } = node;
    if (source === null && parent !== null)
      source = this.#openIf(node, (directory) => this.#settle(parent, node, directory, scanning));
    if (source === null) throw new StaleNodeError();
    return source;
  }

  /** Opens what is at the node's place, and closes it again unless it is `accepted`: then null. */
  #openIf(node: DirectoryNode, accepted: (directory: Fd) => boolean): Fd | null {
    const directory = this.#open(node);
    let keep = false;
    try {
      keep = accepted(directory);
      return keep ? directory : null;
    } finally {
      if (!keep) this.#context.addon.close(directory);
    }
  }

  /** Corrects the tree; true when it is the node's own directory after all. */
  #settle(parent: DirectoryNode, node: DirectoryNode, source: Fd, scanning: boolean): boolean {
    const settled = this.#watcher?.settle(parent, node.name, source);
    if (settled === undefined) return true;
    const own = settled.node === node && settled.change !== 'moved';
    // A directory that is watched from now on has to be compared from now on, too.
    if (!own || (settled.change === 'new' && !scanning)) this.#onSettled(settled);
    return own;
  }

  #open(node: DirectoryNode): Fd {
    const { addon, roots } = this.#context;
    const root = roots.openSource();
    try {
      return openBelow(addon, root, this.#pathOf(node));
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) throw new StaleNodeError();
      throw error;
    } finally {
      addon.close(root);
    }
  }

  #pathOf(node: DirectoryNode): ByteString[] {
    const path = this.#context.tree.pathOf(node);
    if (path === null) throw new StaleNodeError();
    return path;
  }
}

function ancestorAt(node: DirectoryNode, generations: number): DirectoryNode | null {
  let at: DirectoryNode | null = node;
  for (let up = 0; up < generations && at !== null; up += 1) at = at.parent;
  return at;
}
