/**
 * New small files of the directory that is being worked at, gathered to be copied in one go: where many come at once, a
 * piece of background work for each costs more than its copy.
 */
import { CHEAP_BYTES } from '../apply/copy-file.ts';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import type { Difference } from '../compare/difference.ts';
import type { Step } from '../compare/planner.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { DIFF } from '../metadata/records.ts';
import type { ByteString } from '../native/addon.ts';
import type { SyncContext } from './context.ts';

/** A whole directory of the usual size: two threads that make files in one would only wait for each other. */
const MANY = 128;

/** A new file, and the hints with which it was dirty. */
export interface NewFile {
  readonly found: Difference;
  readonly hints: number;
}

export type CopyNewFiles = (
  pair: DirectoryPair,
  node: DirectoryNode,
  files: ReadonlyMap<ByteString, NewFile>,
) => Promise<void>;

export class Bundle {
  readonly #context: SyncContext;
  readonly #copy: CopyNewFiles;
  #files = new Map<ByteString, NewFile>();

  constructor(context: SyncContext, copy: CopyNewFiles) {
    this.#context = context;
    this.#copy = copy;
  }

  /** Whether a small file is to be copied for the first time, and there is nothing special about it. */
  takes(node: DirectoryNode, { name, diff, size }: Difference, steps: readonly Step[]): boolean {
    const { backup, dirty, dryRun } = this.#context;
    if (dryRun || backup !== null || (diff & DIFF.MISSING) === 0) return false;
    if (size === undefined || size > CHEAP_BYTES) return false;
    if (steps.length !== 1 || steps[0]?.kind !== 'copy') return false;
    const { failures, waits } = dirty.history(node, name);
    return failures + waits === 0;
  }

  /** Gathers one more, and hands on what there is when that is enough. */
  async add(pair: DirectoryPair, node: DirectoryNode, file: NewFile): Promise<void> {
    this.#files.set(file.found.name, file);
    if (this.#files.size >= MANY) await this.flush(pair, node);
  }

  /** Hands on what was gathered; to be called when there is no more in this directory. */
  async flush(pair: DirectoryPair, node: DirectoryNode): Promise<void> {
    const files = this.#files;
    if (files.size === 0) return;
    this.#files = new Map();
    if (!this.#context.signal.aborted) await this.#copy(pair, node, files);
  }
}
