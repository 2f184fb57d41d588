/** What scenarios choose from, and where their operations go: the model of the tree, with chance. */
import { type Directory, type File, height, Model, type Node } from './model.ts';
import { someName } from './names.ts';
import type { Operation, Step } from './operations.ts';
import type { Random } from './random.ts';

/** Levels below a root, so that paths of the longest names stay below PATH_MAX. */
const MAX_DEPTH = 8;
/** Walks before a choice is given up. */
const TRIES = 12;

/** Something that exists. */
export interface Found<N extends Node = Node> {
  readonly path: string;
  readonly node: N;
}

export class World {
  readonly random: Random;
  readonly model = new Model();
  /** The writer that makes what is emitted next. */
  writer = 0;
  readonly #steps: Step[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Writes an operation down, and carries it out in the model. */
  emit(operation: Operation): void {
    this.model.apply(operation);
    this.#steps.push(this.writer === 0 ? operation : { ...operation, by: this.writer });
  }

  /** How many operations wait to be taken. */
  get pending(): number {
    return this.#steps.length;
  }

  take(): Step[] {
    return this.#steps.splice(0);
  }

  /** A directory of the source, which may be the root itself. */
  directory(root = 'source'): Found<Directory> {
    let path = root;
    let node = this.model.find(root) as Directory;
    for (let depth = 0; depth < MAX_DEPTH && !this.random.oneIn(3); depth += 1) {
      const below = [...node.children].filter(([, child]) => child.kind === 'directory');
      if (below.length === 0) break;
      const [name, child] = this.random.pick(below);
      path = `${path}/${name}`;
      node = child as Directory;
    }
    return { path, node };
  }

  /** Something that lies below a root and fits; undefined when none is found. */
  entry(fits: (node: Node) => boolean = () => true, root = 'source'): Found | undefined {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const { path, node } = this.directory(root);
      const fitting = [...node.children].filter(([, child]) => fits(child));
      if (fitting.length === 0) continue;
      const [name, found] = this.random.pick(fitting);
      return { path: `${path}/${name}`, node: found };
    }
    return undefined;
  }

  file(root?: string): Found<File> | undefined {
    return this.entry(isFile, root) as Found<File> | undefined;
  }

  /** A directory that is no root. */
  subdirectory(root?: string): Found<Directory> | undefined {
    return this.entry(isDirectory, root) as Found<Directory> | undefined;
  }

  /** A name that is free, in a directory that exists; undefined when none is found. */
  free(root = 'source'): string | undefined {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const directory = this.directory(root);
      const name = someName(this.random);
      if (!directory.node.children.has(name)) return `${directory.path}/${name}`;
    }
    return undefined;
  }

  /** Where a tree can be moved without becoming too deep, nor into itself; undefined when none is found. */
  freeFor(found: Found, root = 'source'): string | undefined {
    const to = this.free(root);
    if (to === undefined || to.startsWith(`${found.path}/`)) return undefined;
    return depthOf(to) + height(found.node) > MAX_DEPTH ? undefined : to;
  }

  /** Whether a tree could stand at another one's place. */
  fitsAt(found: Found, path: string): boolean {
    return depthOf(path) + height(found.node) <= MAX_DEPTH;
  }

  /** What to write: mostly little, sometimes more than a copy takes in one go. */
  content(): { readonly size: number; readonly fill: number } {
    const most = this.random.pick([0, 10, 200, 200, 200, 200, 5000, 5000, 9000, 60_000]);
    const size = this.random.oneIn(100) ? this.random.below(600_000) : this.random.below(most + 1);
    return { size, fill: this.random.below(250) };
  }

  /** A mode with which its owner can go on. */
  fileMode(): number {
    return (
      0o600 |
      this.random.below(0o100) |
      (this.random.oneIn(12) ? this.random.pick([0o4000, 0o2000, 0o1000]) : 0)
    );
  }

  directoryMode(): number {
    return (
      0o700 | this.random.below(0o100) | (this.random.oneIn(12) ? this.random.pick([0o2000, 0o1000]) : 0)
    );
  }
}

export function isFile(node: Node): node is File {
  return node.kind === 'file';
}

export function isDirectory(node: Node): node is Directory {
  return node.kind === 'directory';
}

function depthOf(path: string): number {
  return path.split('/').length - 1;
}
