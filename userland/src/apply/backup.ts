/**
 * `--backup-dir`: what is replaced or deleted in the destination is kept in a directory of its own, under the same path.
 *
 * A file that is replaced gets a second name there before the new one is renamed over the first: at every moment its content
 * has its final name, or is in the backup, or both. What is deleted is renamed there. No symlink below the directory is
 * ever followed, and no older backup is ever replaced: a name that is taken there gets a number, as in `file.~1~`.
 */
import { describeError, EntryError, quote } from '../errors.ts';
import {
  FILE_TYPE,
  isSystemError,
  RENAME,
  type Addon,
  type ByteString,
  type Fd,
  type Stat,
} from '../native/addon.ts';
import { joinPath, type RelativePath } from '../report.ts';
import { openOrMake } from '../roots/open-or-make.ts';
import { refused } from '../roots/refused.ts';
import { sameIdentity } from '../roots/roots.ts';
import { openBelow } from './directories.ts';
import { NO_LINKS } from './link-entry.ts';

/** A directory of the destination, and its path below the root. */
export interface Where {
  readonly destination: Fd;
  readonly path: RelativePath;
}

export interface BackupOptions {
  /** The directory, as a path that can be opened at any time; it is made again if it has gone. */
  readonly path: ByteString;
  /** The root of the destination. */
  readonly destination: Fd;
  /** What is told as done is on the disk. */
  readonly fsync: boolean;
  /** Told of each entry that was backed up; `to` is below the directory. */
  readonly onKept: (path: RelativePath, to: RelativePath) => void;
}

/** NAME_MAX. */
const LONGEST_NAME = 255;

export class Backup {
  readonly #addon: Addon;
  readonly #options: BackupOptions;

  constructor(addon: Addon, options: BackupOptions) {
    this.#addon = addon;
    this.#options = options;
  }

  /** Makes the directory, before the destination gets its own attributes. Throws a SyncError. */
  make(): void {
    const { path, fsync } = this.#options;
    try {
      this.#addon.close(openOrMake(this.#addon, path, fsync));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw refused('BACKUP_NO_DIRECTORY', `make ${quote(path)} for backups`, describeError(error));
    }
  }

  /**
   * To be called before an entry is replaced by a rename; does nothing where there is none, or a directory. All methods
   * throw an EntryError when it cannot be backed up: then nothing has been changed.
   */
  keep(where: Where, name: ByteString): void {
    const addon = this.#addon;
    const old = addon.statAt(where.destination, name);
    if (old === null || old.type === FILE_TYPE.DIRECTORY) return;
    this.#put(where, name, (directory) => {
      // A run that was killed right after this has left the second name.
      const free = this.#freeName(directory, name, old);
      if (free === null) return null;
      try {
        addon.linkAt(where.destination, name, directory, free);
      } catch (error) {
        if (!isSystemError(error, ...NO_LINKS)) throw error;
        this.#rename(where.destination, name, directory, free);
      }
      return free;
    });
  }

  /** Moves an entry that is no directory. */
  move(where: Where, name: ByteString): void {
    this.#put(where, name, (directory) => {
      const free = this.#freeName(directory, name, null) ?? name;
      this.#rename(where.destination, name, directory, free);
      return free;
    });
  }

  /** Moves a directory with all that is in it; false when the backup has such a directory already, to be added to. */
  moveTree(where: Where, name: ByteString): boolean {
    const addon = this.#addon;
    return this.#put(where, name, (directory) => {
      for (let number = 0; ; number += 1) {
        const to = numbered(name, number);
        const found = addon.statAt(directory, to);
        if (found?.type === FILE_TYPE.DIRECTORY) return null;
        if (found !== null) continue;
        this.#moveDirectory(where.destination, name, directory, to);
        return to;
      }
    });
  }

  /** Without root, a directory changes its parent only where its mode allows it. */
  #moveDirectory(from: Fd, name: ByteString, to: Fd, newName: ByteString): void {
    const addon = this.#addon;
    const mode = addon.statAt(from, name)?.mode ?? 0o700;
    const closed = (mode & 0o200) === 0;
    if (closed) addon.chmodAt(from, name, mode | 0o200);
    try {
      this.#rename(from, name, to, newName);
    } catch (error) {
      if (closed) addon.chmodAt(from, name, mode);
      throw error;
    }
    if (closed) addon.chmodAt(to, newName, mode);
  }

  /** Lets `place` give the entry a name in its directory of the backup; returns whether it did. */
  #put(where: Where, name: ByteString, place: (directory: Fd) => ByteString | null): boolean {
    const addon = this.#addon;
    const { path, fsync, onKept } = this.#options;
    let to: ByteString | null;
    let below: RelativePath;
    try {
      const opened = this.#open(where.path);
      try {
        to = place(opened.directory);
        if (to !== null && fsync) addon.fsync(opened.directory);
        below = opened.path;
      } finally {
        addon.close(opened.directory);
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      throw new EntryError(`the old one cannot be kept in ${quote(path)}: ${describeError(error)}`);
    }
    if (to !== null) onKept(joinPath(where.path, name), joinPath(below, to));
    return to !== null;
  }

  /** Opens the directory for entries of a path, made where it is missing; its own path may have numbers in it. */
  #open(path: RelativePath): { readonly directory: Fd; readonly path: RelativePath } {
    const addon = this.#addon;
    let at = openOrMake(addon, this.#options.path, this.#options.fsync);
    let found = '';
    try {
      for (const [depth, name] of namesOf(path).entries()) {
        const entered = this.#enter(at, name, path, depth);
        addon.close(at);
        at = entered.directory;
        found = joinPath(found, entered.name);
      }
    } catch (error) {
      addon.close(at);
      throw error;
    }
    return { directory: at, path: found };
  }

  /** Goes past what has the name and is no directory: an older backup of another type. */
  #enter(at: Fd, name: ByteString, path: RelativePath, depth: number): { directory: Fd; name: ByteString } {
    const addon = this.#addon;
    for (let number = 0; ; number += 1) {
      const to = numbered(name, number);
      const found = addon.statAt(at, to);
      if (found !== null && found.type !== FILE_TYPE.DIRECTORY) continue;
      if (found === null) this.#make(at, to, namesOf(path).slice(0, depth + 1));
      return { directory: addon.openDir(at, to), name: to };
    }
  }

  /** Makes a directory, for no more people than the one of the destination whose entries it is for. */
  #make(at: Fd, name: ByteString, original: readonly ByteString[]): void {
    const addon = this.#addon;
    addon.mkdirAt(at, name, 0o700);
    const stat = this.#statOriginal(original);
    if (stat !== null) {
      if (process.geteuid?.() === 0) addon.chownAt(at, name, stat.uid, stat.gid);
      addon.chmodAt(at, name, (stat.mode & 0o777) | 0o700);
    }
    if (this.#options.fsync) addon.fsync(at);
  }

  #statOriginal(names: readonly ByteString[]): Stat | null {
    const addon = this.#addon;
    try {
      const directory = openBelow(addon, this.#options.destination, names);
      try {
        return addon.statFd(directory);
      } finally {
        addon.close(directory);
      }
    } catch (error) {
      if (isSystemError(error)) return null;
      throw error;
    }
  }

  /** A name that nothing has; null when the last one that is taken is a name of `file` itself. */
  #freeName(directory: Fd, name: ByteString, file: Stat | null): ByteString | null {
    const stat = (number: number): Stat | null => this.#addon.statAt(directory, numbered(name, number));
    // Numbers are given in order, so the first free one is found in a few steps however many there are.
    let free = 0;
    let taken = -1;
    while (stat(free) !== null) {
      taken = free;
      free = free * 2 + 1;
    }
    while (free - taken > 1) {
      const middle = Math.floor((free + taken) / 2);
      if (stat(middle) === null) free = middle;
      else taken = middle;
    }
    const last = taken === -1 ? null : stat(taken);
    if (last !== null && file !== null && sameIdentity(last, file)) return null;
    return numbered(name, free);
  }

  /** Never replaces anything, where the file system can promise that. */
  #rename(from: Fd, name: ByteString, to: Fd, newName: ByteString): void {
    try {
      this.#addon.renameAt(from, name, to, newName, RENAME.NOREPLACE);
    } catch (error) {
      if (!isSystemError(error, 'EINVAL')) throw error;
      this.#addon.renameAt(from, name, to, newName);
    }
  }
}

function numbered(name: ByteString, number: number): ByteString {
  if (number === 0) return name;
  const suffix = `.~${number}~`;
  return name.slice(0, LONGEST_NAME - suffix.length) + suffix;
}

function namesOf(path: RelativePath): ByteString[] {
  return path === '' ? [] : path.split('/');
}
