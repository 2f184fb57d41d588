/**
 * Keeps the names of one file of the source names of one file in the destination.
 *
 * The table of names (src/links) is filled by what comparisons see, and an event about one name never tells of the others:
 * so when content was copied to one, the others become dirty, and are linked to it when they are compared.
 */
import { linkEntry, NO_LINKS } from '../apply/link-entry.ts';
import type { DirectoryPair } from '../apply/directory-pair.ts';
import type { NameAt } from '../apply/renames.ts';
import { diffAttributes, type Difference } from '../compare/difference.ts';
import { compareEntry, withTarget, type EntryComparison } from '../compare/entry.ts';
import { anewBit, contentBits } from '../compare/planner.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { HINT } from '../dirty/dirty-set.ts';
import { decideLink } from '../links/decide.ts';
import {
  inodeKey,
  isAt,
  isIncomplete,
  LinkTable,
  others,
  type LinkGroup,
  type Place,
} from '../links/link-table.ts';
import { DIFF } from '../metadata/records.ts';
import { FILE_TYPE, isSystemError, type ByteString, type Stat } from '../native/addon.ts';
import type { Busy } from './busy.ts';
import type { SyncContext } from './context.ts';
import { LinkSearch } from './link-search.ts';
import { MissingDestinationError, StaleNodeError, type Opener } from './opener.ts';

type Group = LinkGroup<DirectoryNode>;

/** What a file system says that has no hard links, or none between these two directories. */
const NO_LINKS_HERE = ['EXDEV', ...NO_LINKS];

/** An entry of the source. */
type Wanted = ReturnType<typeof withTarget>;

export class Linker {
  readonly search: LinkSearch;
  readonly #context: SyncContext;
  readonly #opener: Opener;
  readonly #busy: Busy<DirectoryNode>;
  readonly #table = new LinkTable<DirectoryNode>();
  #told = false;

  /** `onDone` is called at the end of a search of the tree, with null or with what ends the run. */
  constructor(
    context: SyncContext,
    opener: Opener,
    busy: Busy<DirectoryNode>,
    onDone: (error: unknown) => void,
  ) {
    this.#context = context;
    this.#opener = opener;
    this.#busy = busy;
    this.search = new LinkSearch(context, opener, this.#table, (group) => this.#left(group), onDone);
  }

  /** Whether the name was last seen as one of several of its file. */
  knows(node: DirectoryNode, name: ByteString): boolean {
    return this.#table.groupOf(node, name) !== undefined;
  }

  /** An event has told of a write through this name. Whatever was copied before may lack what was written. */
  written(node: DirectoryNode, name: ByteString): void {
    for (const place of this.#namesOf(node, name)) this.#context.ledger.unsettle(place.directory, place.name);
  }

  /** Whether an event has told of a write to the file, through any of its names, that nobody has looked into yet. */
  isWritten(node: DirectoryNode, name: ByteString): boolean {
    const { dirty } = this.#context;
    return this.#namesOf(node, name).some((place) => {
      const hints =
        dirty.hintsOf(place.directory, place.name) | this.#busy.hintsOf(place.directory, place.name);
      return (hints & HINT.WRITTEN) !== 0;
    });
  }

  /** The name has gone, or is not that of a file with several names. */
  gone(node: DirectoryNode, name: ByteString): void {
    const group = this.#table.drop(node, name);
    if (group !== null) this.#left(group, { directory: node, name });
  }

  /** The directory has left the tree. */
  forget(node: DirectoryNode): void {
    for (const group of this.#table.forget(node)) this.#left(group);
  }

  /**
   * What is to be done about an entry that both sides may have, as a difference; null when another name of the same file
   * has to be finished first, or to be found: it becomes dirty again then.
   */
  judge(pair: DirectoryPair, node: DirectoryNode, entry: EntryComparison, hints: number): Difference | null {
    const { source, name } = entry;
    if (source === null || source.type === FILE_TYPE.DIRECTORY || source.nlink === 1)
      return this.#single(node, entry);
    const { group, left } = this.#table.note(node, name, source);
    const here = { directory: node, name };
    if (left !== null) this.#left(left, here);
    const waitedFor = isAt(group.writer, node, name);
    if (waitedFor) group.writer = null;
    try {
      return this.#judgeLinked(pair, group, here, { ...entry, source }, hints);
    } finally {
      // Whatever it turned out to be: nobody waits for a name that is not being written.
      if (waitedFor && group.writer === null) this.#wake(group, here);
    }
  }

  #judgeLinked(
    pair: DirectoryPair,
    group: Group,
    here: Place<DirectoryNode>,
    entry: EntryComparison & { readonly source: Stat },
    hints: number,
  ): Difference | null {
    const { addon } = this.#context;
    const { source, destination, name } = entry;
    if (group.apart) return entry;
    if (group.writer !== null) {
      // What was written through this name concerns the copy that is being made.
      const news = hints & (HINT.CONTENT | HINT.WRITTEN);
      if (news !== 0) this.#busy.defer(group.writer.directory, group.writer.name, news);
      return null;
    }
    if (isIncomplete(group) && !this.search.complete(pair, here, group, hints)) return null;
    const wanted = withTarget(addon, pair.source, name, source);
    const decided = this.#decide(group, here, entry, wanted, hints);
    const { diff } = decided;
    const first = decided.what === 'adopt' || (decided.what === 'update' && group.truth === null);
    if (first && destination !== null) this.#table.settle(group, inodeKey(destination.ino), here);
    if (first) this.#wake(group, here);
    if (decided.what === 'write') {
      if (!this.#context.dryRun) group.writer = here;
      return { ...entry, diff: diff | anewBit(source.type) };
    }
    return { ...entry, diff, join: decided.what === 'join' };
  }

  /** A name of the group has a new copy: its content is that of all. */
  copied(pair: DirectoryPair, node: DirectoryNode, name: ByteString): void {
    const { addon, dryRun, now, dirty } = this.#context;
    const group = this.#table.groupOf(node, name);
    if (group === undefined || dryRun) return;
    if (isAt(group.writer, node, name)) group.writer = null;
    const here = { directory: node, name };
    if (group.apart) {
      for (const { directory, name: other } of others(group, node, name))
        if (!this.#busy.has(directory, other)) dirty.add(directory, other, HINT.CONTENT, now());
      return;
    }
    const source = addon.statAt(pair.source, name);
    const made = addon.statAt(pair.destination, name);
    const same = source !== null && source.dev === group.dev && inodeKey(source.ino) === group.ino;
    if (same && made !== null) this.#table.settle(group, inodeKey(made.ino), here);
    this.#wake(group, here);
  }

  /** The name could not be copied; another one may have more luck. */
  failed(node: DirectoryNode, name: ByteString): void {
    const group = this.#table.groupOf(node, name);
    if (group === undefined || !isAt(group.writer, node, name)) return;
    group.writer = null;
    this.#wake(group, { directory: node, name });
  }

  /** Makes the name one of the group's truth. Returns the name to which it was linked; null: look at it again. */
  join(
    pair: DirectoryPair,
    node: DirectoryNode,
    name: ByteString,
    temp: ByteString,
  ): Place<DirectoryNode> | null {
    const { addon, backup, dirty, dryRun, policy } = this.#context;
    const group = this.#table.groupOf(node, name);
    if (group === undefined || group.leader === null) return null;
    const { leader, truth } = group;
    if (dryRun) return leader;
    if (truth === null) return null;
    try {
      const to = { directory: pair.destination, name };
      const keep = (): void => backup?.keep(pair, name);
      if (this.#at(leader, (from) => linkEntry(addon, from, to, truth, temp, keep)) !== true) return null;
      // Only the content was known to be equal.
      const excludes = policy.filter.below(pair.path);
      const now = compareEntry(addon, pair.source, pair.destination, name, policy, excludes);
      if (now !== null && now.diff !== 0) dirty.add(node, name, HINT.NONE, this.#context.now());
      return leader;
    } catch (error) {
      if (!isSystemError(error, ...NO_LINKS_HERE)) throw error;
      this.#refused(group, error.code);
      return null;
    }
  }

  /** All names of its file that are known. */
  #namesOf(node: DirectoryNode, name: ByteString): Place<DirectoryNode>[] {
    const group = this.#table.groupOf(node, name);
    return [{ directory: node, name }, ...(group === undefined ? [] : others(group, node, name))];
  }

  #single(node: DirectoryNode, entry: EntryComparison): Difference {
    const { source, destination, name, diff } = entry;
    const group = this.#table.groupOf(node, name);
    if (group !== undefined) this.gone(node, name);
    if (source === null || destination === null || source.type !== destination.type) return entry;
    if (source.type === FILE_TYPE.DIRECTORY) return entry;
    // It has left its group, or shares a file with a stranger whose attributes are not to be touched.
    const shared = destination.nlink > 1 && (diff !== 0 || group?.truth === inodeKey(destination.ino));
    return shared ? { ...entry, diff: diff | anewBit(source.type) } : entry;
  }

  #decide(group: Group, here: Place<DirectoryNode>, entry: EntryComparison, source: Wanted, hints: number) {
    const { ledger, dryRun } = this.#context;
    const { destination } = entry;
    const alike = destination?.type === source.type;
    const file = alike ? inodeKey(destination.ino) : null;
    const regular = source.type === FILE_TYPE.REGULAR;
    const doubtful = regular && ((hints & HINT.WRITTEN) !== 0 || (entry.diff & DIFF.RACY) !== 0);
    const { leader } = group;
    const sure = !doubtful || (leader !== null && ledger.has(leader.directory, leader.name, source));
    const diff = entry.diff === DIFF.RACY && sure && file === group.truth ? 0 : entry.diff;
    if (group.truth === null && sure && diff !== 0 && !dryRun) this.#elect(group, here, source);
    const taken = file !== null && this.#table.isTaken(group, file);
    const content = contentBits(source.type);
    const links = alike ? destination.nlink : 0;
    let what = decideLink(group, { diff, content, file, links, sure, taken });
    if (dryRun && what === 'write') {
      if (group.leader === null) group.leader = here;
      else what = 'join';
    } else if (what === 'join' && !this.#hasPartner(group, here, source)) what = 'write';
    return { what, diff };
  }

  /** Finds a name of the truth with the source's content; makes it the leader. */
  #hasPartner(group: Group, here: Place<DirectoryNode>, source: Wanted): boolean {
    const candidates = group.leader === null ? [] : [group.leader];
    for (const place of [...candidates, ...others(group, here.directory, here.name)]) {
      const found = this.#equalAt(place, source);
      if (found === null || inodeKey(found.ino) !== group.truth) continue;
      group.leader = place;
      return true;
    }
    return false;
  }

  /** Where nothing is the truth yet, a name that is as it should be can become it. */
  #elect(group: Group, here: Place<DirectoryNode>, source: Wanted): void {
    for (const place of others(group, here.directory, here.name)) {
      const { directory, name } = place;
      const doubt = this.#context.dirty.hintsOf(directory, name) & (HINT.CONTENT | HINT.WRITTEN);
      if (doubt !== 0 || this.#busy.has(directory, name)) continue;
      const found = this.#equalAt(place, source);
      if (found === null || this.#table.isTaken(group, inodeKey(found.ino))) continue;
      this.#table.settle(group, inodeKey(found.ino), place);
      this.#wake(group, here);
      return;
    }
  }

  /** What the destination has at a place, if its content is the source's. */
  #equalAt(place: Place<DirectoryNode>, source: Wanted): Stat | null {
    const { addon, policy } = this.#context;
    const found = this.#at(place, ({ directory, name }) => {
      const stat = addon.statAt(directory, name);
      return stat === null ? null : withTarget(addon, directory, name, stat);
    });
    const content = contentBits(source.type);
    return diffAttributes(source, found, content, policy.mtimeSlackNs) === 0 ? found : null;
  }

  /** Null when the place cannot be reached in the destination. */
  #at<T>(place: Place<DirectoryNode>, use: (at: NameAt) => T): T | null {
    let directory;
    try {
      directory = this.#opener.openDestination(place.directory);
    } catch (error) {
      if (error instanceof StaleNodeError || error instanceof MissingDestinationError) return null;
      if (isSystemError(error)) return null;
      throw error;
    }
    if (directory === -1) return null;
    try {
      return use({ directory, name: place.name });
    } finally {
      this.#context.addon.close(directory);
    }
  }

  /**
   * A name has left a group: nobody waits for it, and a single one that is left may be an ordinary file now. Of several that are
   * left one is looked at later, for links that the one that left was mistaken for.
   */
  #left(group: Group, place?: Place<DirectoryNode>): void {
    const at = (role: Place<DirectoryNode> | null): boolean =>
      role !== null && (place === undefined || isAt(role, place.directory, place.name));
    if (at(group.leader)) group.leader = null;
    const waited = at(group.writer);
    if (waited) group.writer = null;
    if (waited || group.names.length === 1) this.#wake(group, null);
    else if (isIncomplete(group)) this.search.suspect(group);
  }

  #wake(group: Group, but: Place<DirectoryNode> | null): void {
    const { dirty, now } = this.#context;
    const due = now();
    for (const [at, name] of group.names.entries()) {
      const directory = group.directories[at] as DirectoryNode;
      if (!isAt(but, directory, name)) dirty.add(directory, name, HINT.NONE, due);
    }
  }

  #refused(group: Group, code: string): void {
    group.apart = true;
    if (this.#told) return;
    this.#told = true;
    this.#context.sink.emit({
      kind: 'warning',
      text: `link names of one file in the destination: ${code}; they are files of their own there`,
    });
  }
}
