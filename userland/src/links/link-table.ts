/**
 * Which names of the source are names of one file: (device, inode) → names, for all but
 * directories, where there is more than one link.
 *
 * Pure. What it says is a hint, for a name may have come to another file meanwhile: whoever acts on it looks at the file
 * again. Directories are keys by identity, so that renaming one carries its names along.
 */
import type { ByteString, Stat } from '../native/addon.ts';

export interface Place<Directory> {
  readonly directory: Directory;
  readonly name: ByteString;
}

/** The names of one file. */
export interface LinkGroup<Directory> {
  readonly dev: number;
  readonly ino: InodeKey;
  /** Directory and name by turns, each at the same position: half the memory of an object a name. */
  readonly directories: Directory[];
  readonly names: ByteString[];
  /** Links of the file when it was last looked at, those outside of the tree among them. */
  links: number;
  /** How many of them are known to be outside of the tree. */
  outside: number;
  /** The file of the destination that has the content; null while none has. Every name should be a name of it. */
  truth: InodeKey | null;
  /** The name that got it first. */
  leader: Place<Directory> | null;
  /** The name to which the content is being copied, or will be as soon as the file rests: the others wait for it. */
  writer: Place<Directory> | null;
  /** The destination has refused to link them: each is a file of its own there. */
  apart: boolean;
  /** The search that was the last to begin before the group was found. */
  readonly born: number;
}

/** An inode number; bigint only where it is too large for a number. */
export type InodeKey = number | bigint;

export function inodeKey(ino: bigint): InodeKey {
  return ino <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(ino) : ino;
}

export class LinkTable<Directory extends object> {
  readonly #groups = new Map<number, Map<InodeKey, LinkGroup<Directory>>>();
  readonly #byName = new Map<Directory, Map<ByteString, LinkGroup<Directory>>>();
  readonly #byTruth = new Map<InodeKey, LinkGroup<Directory>>();
  #searches = 0;

  /** Names in the table. */
  get size(): number {
    let size = 0;
    for (const names of this.#byName.values()) size += names.size;
    return size;
  }

  groupOf(directory: Directory, name: ByteString): LinkGroup<Directory> | undefined {
    return this.#byName.get(directory)?.get(name);
  }

  /**
   * Notes that a name is a name of this file. `left` is the group to which it belonged before, when that was another
   * one.
   */
  note(
    directory: Directory,
    name: ByteString,
    file: Pick<Stat, 'dev' | 'ino' | 'nlink'>,
  ): { readonly group: LinkGroup<Directory>; readonly left: LinkGroup<Directory> | null } {
    const group = this.#groupFor(file.dev, inodeKey(file.ino));
    group.links = file.nlink;
    const known = this.groupOf(directory, name);
    let left = null;
    if (known !== group) {
      if (known !== undefined) left = this.drop(directory, name);
      let names = this.#byName.get(directory);
      if (names === undefined) this.#byName.set(directory, (names = new Map()));
      names.set(name, group);
      group.directories.push(directory);
      group.names.push(name);
    }
    // One outside has gone, or this is another file, which has got the number of one that has gone.
    group.outside = Math.max(0, Math.min(group.outside, group.links - group.names.length));
    return { group, left };
  }

  /** Forgets a name that has gone, or has become that of a file with one link; returns the group that it leaves. */
  drop(directory: Directory, name: ByteString): LinkGroup<Directory> | null {
    const names = this.#byName.get(directory);
    const group = names?.get(name);
    if (names === undefined || group === undefined) return null;
    names.delete(name);
    if (names.size === 0) this.#byName.delete(directory);
    remove(group, directory, name);
    if (group.names.length === 0) this.#forgetGroup(group);
    return group;
  }

  /** Forgets the names in a directory that has left the tree; returns the groups that they leave. */
  forget(directory: Directory): Set<LinkGroup<Directory>> {
    const left = new Set<LinkGroup<Directory>>();
    for (const name of this.#byName.get(directory)?.keys() ?? []) {
      const group = this.drop(directory, name);
      if (group !== null) left.add(group);
    }
    return left;
  }

  /** Notes which file of the destination has the group's content, and under which name. */
  settle(group: LinkGroup<Directory>, truth: InodeKey, leader: Place<Directory>): void {
    if (group.truth !== null && this.#byTruth.get(group.truth) === group) this.#byTruth.delete(group.truth);
    group.truth = truth;
    group.leader = leader;
    this.#byTruth.set(truth, group);
  }

  /** Whether a file of the destination has another group's content. */
  isTaken(group: LinkGroup<Directory>, file: InodeKey): boolean {
    const holder = this.#byTruth.get(file);
    return holder !== undefined && holder !== group;
  }

  /** A search of the whole tree for names begins; returns its number. */
  beginSearch(): number {
    this.#searches += 1;
    return this.#searches;
  }

  /** The search has been everywhere: links of older groups that it has not found are outside of the tree. */
  endSearch(search: number): void {
    for (const groups of this.#groups.values())
      for (const group of groups.values())
        if (group.born < search) group.outside = Math.max(0, group.links - group.names.length);
  }

  #groupFor(dev: number, ino: InodeKey): LinkGroup<Directory> {
    let device = this.#groups.get(dev);
    if (device === undefined) this.#groups.set(dev, (device = new Map()));
    let group = device.get(ino);
    if (group !== undefined) return group;
    group = {
      dev,
      ino,
      directories: [],
      names: [],
      links: 0,
      outside: 0,
      truth: null,
      leader: null,
      writer: null,
      apart: false,
      born: this.#searches,
    };
    device.set(ino, group);
    return group;
  }

  #forgetGroup(group: LinkGroup<Directory>): void {
    const device = this.#groups.get(group.dev);
    device?.delete(group.ino);
    if (device?.size === 0) this.#groups.delete(group.dev);
    if (group.truth !== null && this.#byTruth.get(group.truth) === group) this.#byTruth.delete(group.truth);
  }
}

/** Whether some of the file's names are not known, and may be in the tree. */
export function isIncomplete<Directory>(group: LinkGroup<Directory>): boolean {
  return group.links - group.names.length > group.outside;
}

export function isAt<Directory>(
  place: Place<Directory> | null,
  directory: Directory,
  name: ByteString,
): boolean {
  return place !== null && place.directory === directory && place.name === name;
}

/** All names of the group but this one. */
export function* others<Directory>(
  group: LinkGroup<Directory>,
  directory: Directory,
  name: ByteString,
): Generator<Place<Directory>, void, void> {
  for (const [at, other] of group.names.entries()) {
    const place = { directory: group.directories[at] as Directory, name: other };
    if (!isAt(place, directory, name)) yield place;
  }
}

/** Order does not matter, so the last one takes the place of the one that goes. */
function remove<Directory>(group: LinkGroup<Directory>, directory: Directory, name: ByteString): void {
  const at = group.names.findIndex(
    (other, index) => other === name && group.directories[index] === directory,
  );
  const lastName = group.names.pop();
  const lastDirectory = group.directories.pop();
  if (lastName === undefined || lastDirectory === undefined || at === group.names.length) return;
  group.names[at] = lastName;
  group.directories[at] = lastDirectory;
}
