/** One survey's findings, taken into the tree as they come, and into the dirty set when all are known. */
import type { DirectoryNode } from '../detect/watch-tree.ts';
import type { Watcher } from '../detect/watcher.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import type { ByteString } from '../native/addon.ts';
import { FOUND, type Found } from './found.ts';
import type { SyncContext } from './context.ts';

interface Dirty {
  readonly node: DirectoryNode;
  readonly name: ByteString;
  readonly hints: number;
}

export class Survey {
  readonly #context: Pick<SyncContext, 'dirty' | 'now' | 'tree'>;
  readonly #watcher: Watcher | null;
  readonly #doubt: number;
  /** By id; null for a directory whose place the tree has for another one. */
  readonly #nodes: (DirectoryNode | null)[] = [];
  /** Kept back: a directory that is compared before its subdirectories are known would have them compared again. */
  readonly #dirty: Dirty[] = [];

  /** `doubt`: hints that go with all that is to be compared. */
  constructor(context: Pick<SyncContext, 'dirty' | 'now' | 'tree'>, watcher: Watcher | null, doubt: number) {
    this.#context = context;
    this.#watcher = watcher;
    this.#doubt = doubt;
  }

  add(found: Found): void {
    const { id, parent, flags, name } = found;
    const above = id === 0 ? null : (this.#nodes[parent] ?? null);
    if ((flags & FOUND.LEFT) !== 0) {
      this.#leave(this.#nodes[parent] ?? null, name);
      return;
    }
    const node = id === 0 ? this.#root(found) : above === null ? null : this.#place(above, found);
    this.#nodes[id] = node;
    if ((flags & FOUND.UNWATCHED) !== 0) this.#watcher?.refused();
    if (node === null) return;
    if ((flags & FOUND.UNREAD) !== 0) this.#mark(node, SELF, HINT.SCAN | HINT.DEEP);
    else if ((flags & FOUND.DIFFERS) !== 0) this.#mark(node, SELF, HINT.SCAN);
    else if ((flags & FOUND.ATTRIBUTES) !== 0) this.#mark(node, SELF, HINT.NONE);
  }

  /**
   * To be called when all has been added. `strangers` are the watches that had events before their directories had
   * nodes: those events are lost.
   */
  finish(strangers: ReadonlySet<number>): void {
    const { dirty, now, tree } = this.#context;
    for (const { node, name, hints } of this.#dirty) dirty.add(node, name, hints, now());
    for (const wd of strangers) {
      const node = tree.byWd(wd);
      if (node !== undefined) dirty.add(node, SELF, HINT.SCAN | HINT.RECENT, now());
    }
    if (this.#doubt !== 0) this.#lookForLost();
  }

  /** Directories that the tree has and the survey has not seen. */
  #lookForLost(): void {
    const { dirty, now, tree } = this.#context;
    const seen = new Set(this.#nodes);
    for (const node of tree.nodes())
      if (node.parent !== null && !seen.has(node) && seen.has(node.parent))
        dirty.add(node.parent, node.name, HINT.DEEP | this.#doubt, now());
  }

  #root({ wd }: Found): DirectoryNode {
    if (wd !== 0) this.#watcher?.adoptRoot(wd);
    return this.#context.tree.root;
  }

  #place(above: DirectoryNode, { wd, flags, name }: Found): DirectoryNode | null {
    const { tree } = this.#context;
    const unwatched = this.#watcher === null || (flags & FOUND.UNWATCHED) !== 0;
    if (wd === 0 && unwatched) return tree.childOf(above, name);
    const node = wd === 0 ? null : (this.#watcher?.adopt(above, name, wd) ?? null);
    if (node !== null) return node;
    this.#leave(above, name);
    // What lies below it is told of all the same, and belongs to the directory, wherever the tree has it.
    return tree.byWd(wd) ?? null;
  }

  /** The ordinary way goes on from here. */
  #leave(above: DirectoryNode | null, name: ByteString): void {
    if (above === null) return;
    this.#mark(above, SELF, HINT.SCAN);
    this.#mark(above, name, HINT.DEEP);
  }

  #mark(node: DirectoryNode, name: ByteString, hints: number): void {
    this.#dirty.push({ node, name, hints: hints | this.#doubt });
  }
}
