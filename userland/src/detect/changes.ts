/**
 * From inotify events to changes: which entry of which directory to look at, and which two names are one rename.
 *
 * Pure but for the tree, in which it only looks up and drops wds. An event is a hint and nothing more, so several
 * events about one entry in one read become one change.
 */
import { IN, type ByteString, type InotifyEvent } from '../native/addon.ts';
import type { DirectoryNode, WatchTree } from './watch-tree.ts';

/** An entry of a watched directory; the empty name is the directory itself. */
export interface Place {
  readonly directory: DirectoryNode;
  readonly name: ByteString;
}

export interface EntryChange {
  readonly kind: 'entry';
  readonly place: Place;
  /** Data was written, or another file has come to this name. */
  readonly content: boolean;
  /** Data was written through this name. */
  readonly written: boolean;
  /** Something came to be under this name that was nowhere before. */
  readonly created: boolean;
  /** Nothing but removals: a rename's other half, or the end of the root, may explain it in a moment. */
  readonly gone: boolean;
  /** null: events of a directory and of another entry have come under this name. */
  readonly isDirectory: boolean | null;
}

export type Change =
  | EntryChange
  | { readonly kind: 'directory-arrived'; readonly place: Place }
  | { readonly kind: 'file-renamed'; readonly from: Place; readonly to: Place }
  /** The kernel dropped the watch of the directory that the tree has at this place. */
  | { readonly kind: 'watch-lost'; readonly place: Place }
  | { readonly kind: 'overflow' }
  | { readonly kind: 'root-gone'; readonly how: 'deleted' | 'renamed' | 'unmounted' };

/**
 * Events that every directory is watched for. EXCL_UNLINK: writes to files without a name concern nobody. MASK_ADD: without
 * it the kernel empties the mask of a watch that is there already before it sets it anew, and an event that another
 * processor has in that moment is lost (`inotify_update_existing_watch` of fs/notify/inotify/inotify_user.c).
 */
export const WATCH_MASK =
  IN.CREATE |
  IN.MODIFY |
  IN.CLOSE_WRITE |
  IN.ATTRIB |
  IN.DELETE |
  IN.MOVED_FROM |
  IN.MOVED_TO |
  IN.DELETE_SELF |
  IN.MOVE_SELF |
  IN.ONLYDIR |
  IN.EXCL_UNLINK |
  IN.MASK_ADD;

/** Of a directory itself. MODIFY: its mtime alone was set (`fsnotify_change` of include/linux/fsnotify.h). */
const OWN_ATTRIBUTES = IN.ATTRIB | IN.MODIFY;

/** MOVED_FROM events that wait for their other half; the kernel queues both within microseconds. */
const PENDING_LIMIT = 64;

type MutableEntry = { -readonly [Key in keyof EntryChange]: EntryChange[Key] };

/** Keeps, from one read to the next, the halves of renames that have been cut apart. */
export class ChangeReader {
  readonly #tree: WatchTree;
  readonly #movedFrom = new Map<number, Place>();

  constructor(tree: WatchTree) {
    this.#tree = tree;
  }

  /** The changes that one read's events stand for, in order. */
  read(events: readonly InotifyEvent[]): Change[] {
    const changes: Change[] = [];
    /** Entries by directory and name since the last change of another kind, which must not be overtaken. */
    const open = new Map<DirectoryNode, Map<ByteString, MutableEntry>>();
    for (const event of events) {
      const other = this.#structural(event);
      if (other !== null) {
        changes.push(other);
        open.clear();
        continue;
      }
      const directory = this.#tree.byWd(event.wd);
      if (directory === undefined) this.#tree.noteStranger(event.wd);
      // The end or the move of a directory is told by its parent, and by IN_IGNORED.
      if (event.name === '' && (event.mask & OWN_ATTRIBUTES) === 0) continue;
      if (directory !== undefined) noteEntry(changes, open, { directory, name: event.name }, event.mask);
    }
    return changes;
  }

  /** Changes that say more than "look at this entry"; null for the rest. */
  #structural(event: InotifyEvent): Change | null {
    if ((event.mask & IN.Q_OVERFLOW) !== 0) {
      this.#movedFrom.clear();
      return { kind: 'overflow' };
    }
    const directory = this.#tree.byWd(event.wd);
    if (directory === undefined) return null;
    if (directory === this.#tree.root && event.name === '') {
      if ((event.mask & IN.UNMOUNT) !== 0) return { kind: 'root-gone', how: 'unmounted' };
      if ((event.mask & (IN.DELETE_SELF | IN.IGNORED)) !== 0) return { kind: 'root-gone', how: 'deleted' };
      if ((event.mask & IN.MOVE_SELF) !== 0) return { kind: 'root-gone', how: 'renamed' };
    }
    if ((event.mask & IN.IGNORED) !== 0) return this.#ignored(event.wd);
    const place = { directory, name: event.name };
    if ((event.mask & IN.MOVED_FROM) !== 0) this.#remember(event.cookie, place);
    if ((event.mask & IN.MOVED_TO) === 0) return null;
    // A directory is recognised by its wd, wherever it came from: the cookie is needed for files only.
    if ((event.mask & IN.ISDIR) !== 0) return { kind: 'directory-arrived', place };
    const from = this.#movedFrom.get(event.cookie);
    this.#movedFrom.delete(event.cookie);
    return from === undefined ? null : { kind: 'file-renamed', from, to: place };
  }

  #ignored(wd: number): Change | null {
    const node = this.#tree.unbind(wd);
    if (node === undefined || node.parent === null) return null;
    return { kind: 'watch-lost', place: { directory: node.parent, name: node.name } };
  }

  #remember(cookie: number, place: Place): void {
    this.#movedFrom.set(cookie, place);
    // Moved out of the tree: nobody will ask for it. The oldest goes first.
    for (const old of this.#movedFrom.keys()) {
      if (this.#movedFrom.size <= PENDING_LIMIT) break;
      this.#movedFrom.delete(old);
    }
  }
}

function noteEntry(
  changes: Change[],
  open: Map<DirectoryNode, Map<ByteString, MutableEntry>>,
  place: Place,
  mask: number,
): void {
  const own = place.name === '';
  const content = !own && (mask & (IN.MODIFY | IN.CREATE | IN.MOVED_TO)) !== 0;
  const written = !own && (mask & IN.MODIFY) !== 0;
  const created = (mask & IN.CREATE) !== 0;
  const gone = (mask & (IN.DELETE | IN.MOVED_FROM)) !== 0;
  const isDirectory = (mask & IN.ISDIR) !== 0;
  let names = open.get(place.directory);
  if (names === undefined) open.set(place.directory, (names = new Map()));
  const known = names.get(place.name);
  if (known === undefined) {
    const entry: MutableEntry = { kind: 'entry', place, content, written, created, gone, isDirectory };
    names.set(place.name, entry);
    changes.push(entry);
  } else {
    known.content ||= content;
    known.written ||= written;
    known.created ||= created;
    known.gone &&= gone;
    if (known.isDirectory !== isDirectory) known.isDirectory = null;
  }
}
