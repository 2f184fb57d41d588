/**
 * Looks for the other names of a file in the source.
 *
 * link(2) tells the directory of the new name, and nobody else: a file that had one name until now is in no table, so its
 * first name has to be found by its inode. It is looked for in the same directory, then everywhere. One search of the
 * tree notes the names of all files, and serves all that wait for it.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import { isReserved } from '../compare/reserved.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import { isIncomplete, type LinkGroup, type LinkTable, type Place } from '../links/link-table.ts';
import { compareEntries } from '../metadata/compare.ts';
import { REPORT } from '../metadata/records.ts';
import { isSystemError, type Fd } from '../native/addon.ts';
import { relativePath, type SyncContext } from './context.ts';
import { StaleNodeError, type Opener } from './opener.ts';

/** Of the time, at most a third is spent on searches. */
const REST = 2;

/** A search that has missed a directory is repeated after so many milliseconds, when its move is known. */
const AGAIN_MS = 20;

/** Misses in a row after which nobody waits any more until nothing is left to be done: directories are renamed all the time. */
const PATIENCE = 8;

export class LinkSearch {
  readonly #context: SyncContext;
  readonly #opener: Opener;
  readonly #table: LinkTable<DirectoryNode>;
  readonly #onLeft: (group: LinkGroup<DirectoryNode>) => void;
  readonly #onDone: (error: unknown) => void;
  /** Names that wait for the search that runs. */
  #waiting: { readonly place: Place<DirectoryNode>; readonly hints: number }[] = [];
  /** Names that were judged before all could be known: amid the first synchronization, by a later scan, after many misses. */
  #early: Place<DirectoryNode>[] = [];
  #ready = false;
  #running = false;
  #notBefore = -Infinity;
  /** Searches in a row that have missed something. */
  #missed = 0;

  constructor(
    context: SyncContext,
    opener: Opener,
    table: LinkTable<DirectoryNode>,
    onLeft: (group: LinkGroup<DirectoryNode>) => void,
    onDone: (error: unknown) => void,
  ) {
    this.#context = context;
    this.#opener = opener;
    this.#table = table;
    this.#onLeft = onLeft;
    this.#onDone = onDone;
  }

  get running(): boolean {
    return this.#running;
  }

  /** The first synchronization has seen all names; those that it did not find are outside of the tree. */
  ready(): void {
    this.#ready = true;
    this.#table.endSearch(this.#table.beginSearch());
    for (const { directory, name } of this.#early) {
      const group = this.#table.groupOf(directory, name);
      if (group !== undefined) group.outside = 0;
    }
    this.rested();
  }

  /** Nothing is left to be scanned: names whose files have others that did not turn up become dirty. */
  rested(): void {
    const { dirty, now } = this.#context;
    for (const { directory, name } of this.#early) {
      const group = this.#table.groupOf(directory, name);
      if (group !== undefined && isIncomplete(group)) dirty.add(directory, name, HINT.NONE, now());
    }
    if (this.#early.length > 0) this.#missed = 0;
    this.#early = [];
  }

  /** The group may have names that nobody has seen: one that it has is looked at when nothing is left to be scanned. */
  suspect({ directories: [directory], names: [name] }: LinkGroup<DirectoryNode>): void {
    if (directory !== undefined && name !== undefined) this.#early.push({ directory, name });
  }

  /**
   * Sees to it that a group knows its names, as far as they are in the tree. False when that takes a while: the place
   * becomes dirty again after it.
   */
  complete(
    pair: DirectoryPair,
    place: Place<DirectoryNode>,
    group: LinkGroup<DirectoryNode>,
    hints: number,
  ): boolean {
    const scanned = (hints & HINT.SCAN) !== 0;
    // The first scan comes to all names by itself; a later one may be that of a directory that has come from outside.
    if (this.#context.once || (scanned && !this.#ready)) return true;
    if (scanned || !this.#ready) {
      this.#early.push(place);
      return true;
    }
    this.#list(pair.source, place.directory);
    if (!isIncomplete(group)) return true;
    if (this.#missed > PATIENCE) {
      this.#early.push(place);
      return true;
    }
    const { dirty, now } = this.#context;
    if (!this.#running && now() < this.#notBefore) {
      dirty.add(place.directory, place.name, hints, this.#notBefore);
      return false;
    }
    this.#waiting.push({ place, hints });
    if (!this.#running) void this.#run();
    return false;
  }

  async #run(): Promise<void> {
    const { dirty, now } = this.#context;
    const begin = now();
    this.#running = true;
    let end: unknown = null;
    try {
      const search = this.#table.beginSearch();
      this.#missed = (await this.#everywhere()) ? 0 : this.#missed + 1;
      if (this.#missed === 0) this.#table.endSearch(search);
    } catch (error) {
      end = error;
    }
    this.#running = false;
    this.#notBefore = now() + Math.max(REST * (now() - begin), this.#missed > 0 ? AGAIN_MS : 0);
    for (const { place, hints } of this.#waiting) dirty.add(place.directory, place.name, hints, now());
    this.#waiting = [];
    this.#onDone(end);
  }

  /**
   * Looks into every directory. False when one was not where the tree has it, or has no place just now: it is renamed, and
   * so it will be found later, with names of which no event tells.
   */
  async #everywhere(): Promise<boolean> {
    const { addon, signal, tree } = this.#context;
    let whole = tree.detached === 0;
    // Names that come to another place meanwhile bring events of their own.
    for (const node of Array.from(tree.nodes())) {
      if (signal.aborted) return false;
      try {
        const source = this.#opener.openSource(node);
        try {
          this.#list(source, node);
        } finally {
          addon.close(source);
        }
      } catch (error) {
        if (error instanceof StaleNodeError) whole = false;
        else if (!isSystemError(error)) throw error;
      }
      await nextTick();
    }
    return whole;
  }

  #list(source: Fd, node: DirectoryNode): void {
    const { addon, dirty, metadata, now, policy, tree } = this.#context;
    const excludes = policy.filter.below(relativePath(tree, node, SELF));
    const { dev } = addon.statFd(source);
    const question = { compare: 0, report: REPORT.LINKED };
    for (const record of compareEntries(addon, metadata, source, -1, question)) {
      if (record.errno !== 0 || record.nlink < 2 || isReserved(record.name)) continue;
      if (excludes(record.name, false)) continue;
      const { name, ino, nlink } = record;
      const known = this.#table.groupOf(node, name);
      const { group, left } = this.#table.note(node, name, { dev, ino, nlink });
      if (left !== null) this.#onLeft(left);
      // Others were joined without it.
      if (known !== group && group.truth !== null) dirty.add(node, name, HINT.NONE, now());
    }
  }
}
