/** Turns arrivals and renames of the source into renames of the destination, where that spares copying. */
import { renameDirectory, renameFile } from '../apply/renames.ts';
import { isReserved } from '../compare/reserved.ts';
import { EntryError } from '../errors.ts';
import type { Place } from '../detect/changes.ts';
import type { Settled } from '../detect/watcher.ts';
import { DOUBT, HINT, SELF } from '../dirty/dirty-set.ts';
import { isSystemError, type Fd, type Stat } from '../native/addon.ts';
import type { Busy } from './busy.ts';
import { relativePath, type SyncContext } from './context.ts';
import { MissingDestinationError, StaleNodeError, type Opener } from './opener.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';

/**
 * How long a removal waits, in milliseconds. Not for MOVED_TO, which follows its MOVED_FROM within microseconds, but for a
 * directory that went where nobody watches yet (`mkdir new; mv old new/`): it turns up when that place is compared, and
 * its mirror should still be there to be moved. And for the news that it was the whole source that went. Nobody waits
 * for it: a name that is used again meanwhile is compared at once.
 */
export const REMOVAL_DELAY_MS = 50;

export class Renamer {
  readonly #context: SyncContext;
  readonly #opener: Opener;
  readonly #busy: Busy<DirectoryNode>;
  /** Where the mirror of the directory is that the last rename has displaced; good until the next rename. */
  #parked: { readonly node: DirectoryNode; readonly place: Place } | null = null;

  constructor(context: SyncContext, opener: Opener, busy: Busy<DirectoryNode>) {
    this.#context = context;
    this.#opener = opener;
    this.#busy = busy;
  }

  /** A directory has come to a place by a rename, from inside or outside. */
  directoryArrived(place: Place): void {
    const { dirty, now } = this.#context;
    dirty.add(place.directory, place.name, HINT.NONE, now());
    const { policy, tree } = this.#context;
    if (policy.filter.excludes(relativePath(tree, place.directory, place.name), true)) return;
    this.#shortcut(() => {
      const settled = this.#opener.settleChild(place.directory, place.name);
      if (settled !== null) this.settled(settled);
    });
  }

  /** A directory was found at a place: its mirror follows it there, or it is compared as a whole and with distrust. */
  settled({ node, change, from, displaced }: Settled): void {
    const { dirty, ledger, now, policy, tree } = this.#context;
    if (change === 'none' || node.parent === null) return;
    const to: Place = { directory: node.parent, name: node.name };
    dirty.add(to.directory, to.name, HINT.NONE, now());
    if (from !== null) dirty.add(from.directory, from.name, HINT.NONE, now() + REMOVAL_DELAY_MS);
    const parked = this.#parked;
    this.#parked = null;
    const mirrored =
      parked?.node === node && parked.place.directory === to.directory && parked.place.name === to.name;
    // Where rules depend on the place, what is excluded below may be other entries than before.
    const same = from !== null && !policy.filter.dependsOnPlace;
    if (!mirrored && same && this.#shortcut(() => this.#moveMirror(from, to, displaced))) return;
    for (const one of tree.below(node)) {
      // It, or what it was in, may have had no place until now.
      dirty.release(one, now());
      // What the destination has here belongs to another directory, with files of perhaps equal size and mtime.
      if (!mirrored) ledger.drop(one);
    }
    if (!mirrored) dirty.add(node, SELF, HINT.SCAN | HINT.DEEP | HINT.CONTENT, now());
  }

  fileRenamed(from: Place, to: Place): void {
    const { dirty, now } = this.#context;
    // What the destination has under the old name must be up to date, or it is of no use under the new one.
    const barred = this.#isDoubtful(from) || this.#isForeign(from) || this.#isForeign(to);
    dirty.add(from.directory, from.name, HINT.NONE, now() + REMOVAL_DELAY_MS);
    const renamed = !barred && this.#shortcut(() => this.#renameCopy(from, to));
    dirty.add(to.directory, to.name, renamed ? HINT.NONE : HINT.CONTENT, now());
  }

  /** Whether a file of this name is not mirrored. */
  #isForeign({ directory, name }: Place): boolean {
    const { policy, tree } = this.#context;
    return isReserved(name) || policy.filter.excludes(relativePath(tree, directory, name), false);
  }

  /** Whether the content of a file may be another one than that of its copy, though size and mtime are equal. */
  #isDoubtful({ directory, name }: Place): boolean {
    const { dirty } = this.#context;
    if ((dirty.hintsOf(directory, name) & HINT.CONTENT) !== 0) return true;
    let scan: number = HINT.SCAN;
    for (let at: DirectoryNode | null = directory; at !== null; at = at.parent) {
      const hints = dirty.hintsOf(at, SELF);
      if ((hints & scan) === scan && (hints & DOUBT) !== 0) return true;
      scan = HINT.SCAN | HINT.DEEP;
    }
    return false;
  }

  #renameCopy(from: Place, to: Place): boolean {
    const { addon, backup, ledger, policy, tree } = this.#context;
    const source = this.#opener.openSource(to.directory);
    try {
      return this.#between(from, to, (old, fresh) => {
        const target = { directory: fresh, name: to.name };
        const origin = { directory: old, name: from.name };
        const renamed = { directory: source, name: to.name };
        const isMirrored = (file: Stat): boolean => {
          // The comparison may have been ahead of the events: then another file has had the old name when it was copied.
          if (ledger.hasAnother(from.directory, from.name, file)) return false;
          ledger.note(to.directory, to.name, file, false);
          return true;
        };
        const where = { destination: fresh, path: relativePath(tree, to.directory, SELF) };
        const keep = (): void => backup?.keep(where, to.name);
        return renameFile(addon, renamed, origin, target, policy, isMirrored, keep);
      });
    } finally {
      addon.close(source);
    }
  }

  /**
   * Moves the mirror of a directory. Whatever was at the new place changes places with it: if a watched directory's
   * mirror was, that is remembered, for an exchange in the source has a second half.
   */
  #moveMirror(from: Place, to: Place, displaced: DirectoryNode | null): boolean {
    const { addon, backup } = this.#context;
    return this.#between(from, to, (old, fresh) => {
      const origin = { directory: old, name: from.name };
      // What has changed places would be backed up under the wrong name.
      const exchange = backup === null;
      const how = renameDirectory(addon, origin, { directory: fresh, name: to.name }, exchange);
      if (how === 'exchanged' && displaced !== null) this.#parked = { node: displaced, place: from };
      return how !== false;
    });
  }

  /** Opens both directories of the destination for `rename`; false when it must not be tried. */
  #between(from: Place, to: Place, rename: (old: Fd, fresh: Fd) => boolean): boolean {
    const { addon, fsync, policy, sink, tree } = this.#context;
    // Without deletion the old name stays, too. A busy name belongs to whoever is at work on it.
    if (!policy.delete) return false;
    if (this.#busy.has(from.directory, from.name) || this.#busy.has(to.directory, to.name)) return false;
    const old = this.#opener.openDestination(from.directory);
    try {
      const fresh = this.#opener.openDestination(to.directory);
      try {
        if (!rename(old, fresh)) return false;
        if (fsync) for (const directory of [fresh, old]) addon.fsync(directory);
      } finally {
        addon.close(fresh);
      }
    } finally {
      addon.close(old);
    }
    sink.emit({
      kind: 'renamed',
      from: relativePath(tree, from.directory, from.name),
      to: relativePath(tree, to.directory, to.name),
    });
    return true;
  }

  /** A short cut that is barred is no failure: the dirty entries lead the long way round. */
  #shortcut(take: () => boolean | void): boolean {
    try {
      return take() === true;
    } catch (error) {
      if (error instanceof StaleNodeError || error instanceof MissingDestinationError) return false;
      if (isSystemError(error) || error instanceof EntryError) return false;
      throw error;
    }
  }
}
