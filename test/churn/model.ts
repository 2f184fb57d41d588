/**
 * What the tree looks like as far as the operations tell: which of them succeed, and what they do to names, types, sizes, targets
 * and links. It is what lets the generator choose changes that make sense; the trees themselves are compared by the oracle.
 *
 * With several writers at once it is only a good guess, for their operations are carried out in an order of their own.
 */
import type { PathOperation, Step } from './operations.ts';

export interface Directory {
  readonly kind: 'directory';
  readonly children: Map<string, Node>;
}

/** One object a file: hard links to it are names of the same object. */
export interface File {
  readonly kind: 'file';
  size: number;
  links: number;
}

export interface Symlink {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface Fifo {
  readonly kind: 'fifo';
}

export type Node = Directory | File | Symlink | Fifo;

/** A name in a directory that exists, whether or not there is something under it. */
interface Place {
  readonly parent: Directory;
  readonly name: string;
  readonly node: Node | undefined;
}

function emptyDirectory(): Directory {
  return { kind: 'directory', children: new Map() };
}

/** How many levels a tree has. */
export function height(node: Node): number {
  if (node.kind !== 'directory') return 1;
  let most = 0;
  for (const child of node.children.values()) most = Math.max(most, height(child));
  return 1 + most;
}

function isBelow(node: Node, ancestor: Node): boolean {
  if (node === ancestor) return true;
  return (
    ancestor.kind === 'directory' && [...ancestor.children.values()].some((child) => isBelow(node, child))
  );
}

export class Model {
  /** The folder that holds `source` and `outside`. */
  readonly root: Directory = emptyDirectory();

  constructor(roots: readonly string[] = ['source', 'outside']) {
    for (const name of roots) this.root.children.set(name, emptyDirectory());
  }

  /** The node at a path, if there is one. */
  find(path: string): Node | undefined {
    return this.#place(path)?.node;
  }

  /** Entries below a directory. */
  count(directory: Directory): number {
    let sum = 0;
    for (const child of directory.children.values())
      sum += 1 + (child.kind === 'directory' ? this.count(child) : 0);
    return sum;
  }

  /** Carries an operation out; false, with nothing done, when Linux would refuse it. */
  apply(step: Step): boolean {
    if (step.op === 'pause' || step.op === 'settle') return true;
    const place = this.#place(step.path);
    return place !== undefined && this.#change(step, place);
  }

  #change(step: PathOperation, place: Place): boolean {
    const { node } = place;
    switch (step.op) {
      case 'create':
        return put(place, { kind: 'file', size: step.size, links: 1 });
      case 'rewrite':
        return resize(node, () => step.size);
      case 'overwrite':
        return resize(node, (size) => (step.size === 0 ? size : Math.max(size, step.at + step.size)));
      case 'append':
        return resize(node, (size) => size + step.size);
      case 'truncate':
        return resize(node, () => step.size);
      case 'allocate':
        return resize(node, (size) => Math.max(size, step.at + step.size));
      case 'punch':
        return resize(node, (size) => size);
      case 'mkdir':
        return put(place, emptyDirectory());
      case 'fifo':
        return put(place, { kind: 'fifo' });
      case 'symlink':
        return put(place, { kind: 'symlink', target: step.to });
      case 'unlink':
        return node !== undefined && node.kind !== 'directory' && drop(place);
      case 'rmdir':
        return node?.kind === 'directory' && node.children.size === 0 && drop(place);
      case 'remove':
        return node !== undefined && drop(place);
      case 'wipe':
        if (node?.kind === 'directory')
          for (const [name, child] of node.children) drop({ parent: node, name, node: child });
        return true;
      case 'rename':
        return this.#withTarget(step.to, place, rename);
      case 'exchange':
        return this.#withTarget(step.to, place, exchange);
      case 'link':
        return this.#withTarget(step.to, place, link);
      case 'chown':
      case 'utimes':
        return node !== undefined;
      case 'chmod':
      case 'setxattr':
      case 'removexattr':
        return node !== undefined && node.kind !== 'symlink';
    }
  }

  #withTarget(path: string, from: Place, change: (from: Place, to: Place) => boolean): boolean {
    const to = this.#place(path);
    return to !== undefined && change(from, to);
  }

  #place(path: string): Place | undefined {
    let parent = this.root;
    const names = path.split('/');
    const name = names.pop() ?? '';
    for (const part of names) {
      const next = parent.children.get(part);
      if (next?.kind !== 'directory') return undefined;
      parent = next;
    }
    return { parent, name, node: parent.children.get(name) };
  }
}

function put(place: Place, node: Node): boolean {
  if (place.node !== undefined) return false;
  place.parent.children.set(place.name, node);
  return true;
}

function drop({ parent, name, node }: Place): boolean {
  parent.children.delete(name);
  forget(node);
  return true;
}

/** Counts down the links of every file that lies in what has lost its name. */
function forget(node: Node | undefined): void {
  if (node?.kind === 'file') node.links -= 1;
  if (node?.kind === 'directory') for (const child of node.children.values()) forget(child);
}

function resize(node: Node | undefined, size: (old: number) => number): boolean {
  if (node?.kind !== 'file') return false;
  node.size = size(node.size);
  return true;
}

function rename(from: Place, to: Place): boolean {
  if (from.node === undefined || isBelow(to.parent, from.node)) return false;
  // Two names of one file stay what they are: rename(2) says so.
  if (from.node === to.node) return true;
  if (to.node !== undefined && !canReplace(from.node, to.node)) return false;
  forget(to.node);
  from.parent.children.delete(from.name);
  to.parent.children.set(to.name, from.node);
  return true;
}

function canReplace(node: Node, old: Node): boolean {
  if (old.kind !== 'directory') return node.kind !== 'directory';
  return node.kind === 'directory' && old.children.size === 0;
}

function exchange(from: Place, to: Place): boolean {
  if (from.node === undefined || to.node === undefined) return false;
  if (isBelow(to.parent, from.node) || isBelow(from.parent, to.node)) return false;
  from.parent.children.set(from.name, to.node);
  to.parent.children.set(to.name, from.node);
  return true;
}

function link(from: Place, to: Place): boolean {
  if (from.node === undefined || from.node.kind === 'directory') return false;
  if (!put(to, from.node)) return false;
  if (from.node.kind === 'file') from.node.links += 1;
  return true;
}
