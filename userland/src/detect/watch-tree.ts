/**
 * The watched directories as a tree: wd → node, node = parent and name, so that a path is read off the parents and a
 * rename of a directory, however deep, is one assignment.
 *
 * A wd belongs to an inode, not to a name; so it also tells which directory is really found at a place. A node that
 * has lost its place (displaced by another, or gone from its parent) is kept as *detached* until it turns up
 * elsewhere, or until `takeDetached` says that it is time to unwatch it.
 */
import type { ByteString } from '../native/addon.ts';

export interface DirectoryNode {
  /** null for the root, and for a detached node. */
  parent: DirectoryNode | null;
  name: ByteString;
  readonly children: Map<ByteString, DirectoryNode>;
  /** Watch descriptor; 0 while there is none (the kernel counts from 1). */
  wd: number;
}

export class WatchTree {
  readonly root: DirectoryNode = { parent: null, name: '', children: new Map(), wd: 0 };
  readonly #byWd = new Map<number, DirectoryNode>();
  readonly #detached = new Set<DirectoryNode>();
  #strangers: Set<number> | null = null;

  /** Watches in use. */
  get watches(): number {
    return this.#byWd.size;
  }

  /** Nodes that have lost their place; those below them do not count. */
  get detached(): number {
    return this.#detached.size;
  }

  byWd(wd: number): DirectoryNode | undefined {
    return this.#byWd.get(wd);
  }

  /** From now on, remembers whose events came that the tree does not know (yet), while a walk is under way. */
  expectStrangers(): void {
    this.#strangers = new Set();
  }

  /** Notes an event of a watch that the tree does not know. */
  noteStranger(wd: number): void {
    this.#strangers?.add(wd);
  }

  /** Which watches had events before the tree knew them; ends the remembering. */
  takeStrangers(): ReadonlySet<number> {
    const strangers = this.#strangers ?? new Set<number>();
    this.#strangers = null;
    return strangers;
  }

  /** The node at a place, made (and not yet watched) if there is none. */
  childOf(parent: DirectoryNode, name: ByteString): DirectoryNode {
    let child = parent.children.get(name);
    if (child === undefined) {
      child = { parent, name, children: new Map(), wd: 0 };
      parent.children.set(name, child);
    }
    return child;
  }

  /** Joins a node and the watch of its directory. */
  bind(node: DirectoryNode, wd: number): void {
    this.#byWd.set(wd, node);
    node.wd = wd;
  }

  /** To be called for IN_IGNORED: the watch is gone. Returns the node that had it. */
  unbind(wd: number): DirectoryNode | undefined {
    const node = this.#byWd.get(wd);
    this.#byWd.delete(wd);
    if (node?.wd === wd) node.wd = 0;
    return node;
  }

  /** Puts a node at a place; whatever node was there is detached. Throws when the place is below the node itself. */
  move(node: DirectoryNode, parent: DirectoryNode, name: ByteString): void {
    if (isAtOrBelow(parent, node)) throw new Error('a directory cannot be moved into itself');
    const displaced = parent.children.get(name);
    if (displaced === node) return;
    if (displaced !== undefined) this.detach(displaced);
    node.parent?.children.delete(node.name);
    this.#detached.delete(node);
    node.parent = parent;
    node.name = name;
    parent.children.set(name, node);
  }

  /** Takes a node from its place, with all that is below it. The root stays where it is. */
  detach(node: DirectoryNode): void {
    if (node.parent === null) return;
    node.parent.children.delete(node.name);
    node.parent = null;
    this.#detached.add(node);
  }

  /** Hands over all nodes, at any depth, that are detached by now; the caller removes their watches. */
  takeDetached(): DirectoryNode[] {
    const nodes = [...this.#detached].flatMap((node) => Array.from(walk(node)));
    this.#detached.clear();
    for (const node of nodes) if (node.wd !== 0) this.#byWd.delete(node.wd);
    return nodes;
  }

  /** Names from the root down; null for a node that is detached, or below one. */
  pathOf(node: DirectoryNode): ByteString[] | null {
    const names: ByteString[] = [];
    let at = node;
    while (at.parent !== null) {
      names.push(at.name);
      at = at.parent;
    }
    return at === this.root ? names.toReversed() : null;
  }

  /** All nodes that have a place. */
  nodes(): Generator<DirectoryNode, void, void> {
    return walk(this.root);
  }

  /** A node and all below it. */
  below(node: DirectoryNode): Generator<DirectoryNode, void, void> {
    return walk(node);
  }
}

/** Whether `node` is `ancestor` or below it. */
export function isAtOrBelow(node: DirectoryNode, ancestor: DirectoryNode): boolean {
  for (let at: DirectoryNode | null = node; at !== null; at = at.parent) if (at === ancestor) return true;
  return false;
}

/** A node and all below it, parents first; iterative, for trees deeper than the stack. */
function* walk(start: DirectoryNode): Generator<DirectoryNode, void, void> {
  const pending = [start];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    pending.push(...node.children.values());
  }
}
