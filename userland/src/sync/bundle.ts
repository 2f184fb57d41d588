/**
 * New small files of the directory that is being worked at, gathered to be copied in one go: where many come at once, a
 * piece of background work for each costs more than its copy.
 */
import { CHEAP_BYTES } from '../apply/copy-file.ts';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import type { Difference } from '../compare/difference.ts';
import type { Step } from '../compare/planner.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { HINT } from '../dirty/dirty-set.ts';
import { DIFF } from '../metadata/records.ts';
import type { ByteString } from '../native/addon.ts';
import type { SyncContext } from './context.ts';

/** A whole directory of the usual size: two threads that make files in one would only wait for each other. */
const MANY = 128;

/** Names, and the hints with which each was dirty. */
export type NewFiles = ReadonlyMap<ByteString, number>;

export type CopyNewFiles = (pair: DirectoryPair, node: DirectoryNode, files: NewFiles) => Promise<void>;

export class Bundle {
  readonly #context: SyncContext;
  readonly #copy: CopyNewFiles;
  #files = new Map<ByteString, number>();

  constructor(context: SyncContext, copy: CopyNewFiles) {
    this.#context = context;
    this.#copy = copy;
  }

  /** Whether a small file is to be copied for the first time, and there is nothing special about it. */
  takes(node: DirectoryNode, { name, diff, size }: Difference, steps: readonly Step[]): boolean {
    if ((diff & DIFF.MISSING) === 0 || size === undefined || size > CHEAP_BYTES) return false;
    return steps.length === 1 && steps[0]?.kind === 'copy' && this.#isFirstTry(node, name);
  }

  /**
   * Whether an entry that nobody has looked at yet is so likely to be one of those, that whoever copies it may find out: for
   * most of a burst of new files that is all there is to be found.
   */
  takesUnseen(node: DirectoryNode, name: ByteString, hints: number): boolean {
    return (hints & HINT.CREATED) !== 0 && !node.children.has(name) && this.#isFirstTry(node, name);
  }

  /** Gathers one more, and hands on what there is when that is enough. */
  async add(pair: DirectoryPair, node: DirectoryNode, name: ByteString, hints: number): Promise<void> {
    this.#files.set(name, hints);
    if (this.#files.size >= MANY) await this.flush(pair, node);
  }

  /** Hands on what was gathered; to be called when there is no more in this directory. */
  async flush(pair: DirectoryPair, node: DirectoryNode): Promise<void> {
    const files = this.#files;
    if (files.size === 0) return;
    this.#files = new Map();
    if (!this.#context.signal.aborted) await this.#copy(pair, node, files);
  }

  #isFirstTry(node: DirectoryNode, name: ByteString): boolean {
    const { backup, dirty, dryRun } = this.#context;
    if (dryRun || backup !== null) return false;
    const { failures, waits } = dirty.history(node, name);
    return failures + waits === 0;
  }
}
