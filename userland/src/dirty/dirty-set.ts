/**
 * What has to be compared: a coalesced set of (directory, name) pairs, each with hints, a due time and a history.
 *
 * Pure: no clock, no I/O; times are milliseconds of any one clock and are given by the caller. Directories are keys by
 * identity, so that renaming one carries its dirty entries along. The empty name is the directory itself.
 */
import { backoffDelay, DEFAULT_BACKOFF, type Backoff } from './backoff.ts';

/** What is known beyond "look at it"; bits are joined when an entry is added twice. */
export const HINT = {
  NONE: 0,
  /**
   * The content is another one, or was written to: equal size and mtime prove nothing. With the empty name and SCAN:
   * so it is with all files of the directory.
   */
  CONTENT: 1,
  /** With the empty name: compare every entry of the directory. */
  SCAN: 2,
  /** With the empty name and SCAN: and of every directory below it. With a name: if it is a directory, all of it. */
  DEEP: 4,
  /** With the empty name and SCAN: as CONTENT, but only for files that have changed since this run began. */
  RECENT: 8,
  /** Data was written through this name: to its file, that is, and so to all other names of it. */
  WRITTEN: 16,
  /** It was made just now, and is no directory. */
  CREATED: 32,
} as const;

/** Hints for which files that seem equal are looked at more closely. */
export const DOUBT = HINT.CONTENT | HINT.RECENT;

/** The name that stands for the directory itself. */
export const SELF = '';

export interface Batch<Directory> {
  readonly directory: Directory;
  /** Hints by name, in the order in which the names became dirty. */
  readonly names: ReadonlyMap<string, number>;
}

export interface History {
  /** Failures in a row. */
  failures: number;
  /** Postponements in a row, which are no failures. */
  waits: number;
}

interface Entry {
  hints: number;
  due: number;
}

/** A directory with more dirty names than this is compared as a whole, so that memory stays bounded. */
const DEFAULT_NAME_LIMIT = 4096;

/** The due time of what nobody looks at until something happens. */
const NEVER = Infinity;

/** Postponements in a row after which an entry is not expected to rest soon. */
const RESTLESS = 4;

export class DirtySet<Directory extends object> {
  readonly #backoff: Backoff;
  readonly #nameLimit: number;
  readonly #entries = new Map<Directory, Map<string, Entry>>();
  readonly #history = new Map<Directory, Map<string, History>>();
  /** Directories that may have a due entry, first come first served. */
  readonly #queue = new Set<Directory>();
  /** The other directories with entries, and when the first of each is due. */
  readonly #sleeping = new Map<Directory, number>();
  /** What was taken last: it is being worked on, or has just been. */
  #taken: Batch<Directory> | null = null;

  constructor(options: { readonly backoff?: Backoff; readonly nameLimit?: number } = {}) {
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
    this.#nameLimit = options.nameLimit ?? DEFAULT_NAME_LIMIT;
  }

  /** Marks an entry as dirty from `due` on; of two marks the earlier time and the hints of both hold. */
  add(directory: Directory, name: string, hints: number, due: number): void {
    let names = this.#entries.get(directory);
    if (names === undefined) this.#entries.set(directory, (names = new Map()));
    const entry = names.get(name);
    if (entry === undefined) names.set(name, { hints, due });
    else {
      entry.hints |= hints;
      entry.due = Math.min(entry.due, due);
    }
    let wake = due;
    if (names.size > this.#nameLimit) wake = Math.min(wake, collapse(names));
    if (wake === NEVER || this.#queue.has(directory)) return;
    this.#sleeping.set(directory, Math.min(wake, this.#sleeping.get(directory) ?? Infinity));
  }

  /** Marks what was taken as dirty again, without a time: it waits for `release`, or for `forget`. */
  park({ directory, names }: Batch<Directory>): void {
    for (const [name, hints] of names) this.add(directory, name, hints, NEVER);
  }

  /** What was parked is due from `due` on. */
  release(directory: Directory, due: number): void {
    for (const [name, entry] of this.#entries.get(directory) ?? [])
      if (entry.due === NEVER) this.add(directory, name, entry.hints, due);
  }

  /** Marks an entry that failed as dirty again, later each time; returns the milliseconds until then. */
  fail(directory: Directory, name: string, hints: number, now: number): number {
    const history = this.#historyOf(directory, name);
    history.failures += 1;
    const delay = backoffDelay(this.#backoff, history.failures);
    this.add(directory, name, hints, now + delay);
    return delay;
  }

  /** Marks an entry for which it is too early as dirty again; returns how often in a row that has happened. */
  postpone(directory: Directory, name: string, hints: number, due: number): number {
    const history = this.#historyOf(directory, name);
    history.waits += 1;
    this.add(directory, name, hints, due);
    return history.waits;
  }

  /** The hints of an entry that is dirty, or may be in work since the last `take`; NONE when it is neither. */
  hintsOf(directory: Directory, name: string): number {
    const waiting = this.#entries.get(directory)?.get(name)?.hints ?? HINT.NONE;
    const taken = this.#taken?.directory === directory ? this.#taken.names.get(name) : undefined;
    return waiting | (taken ?? HINT.NONE);
  }

  /** What happened to the entry since it was last settled. */
  history(directory: Directory, name: string): Readonly<History> {
    return this.#history.get(directory)?.get(name) ?? { failures: 0, waits: 0 };
  }

  /** Forgets the history of an entry that is in order now; returns whether it had failed. */
  settle(directory: Directory, name: string): boolean {
    const names = this.#history.get(directory);
    const history = names?.get(name);
    if (names === undefined || history === undefined) return false;
    names.delete(name);
    if (names.size === 0) this.#history.delete(directory);
    return history.failures > 0;
  }

  /** Takes out all due entries of the directory that has waited longest; null when nothing is due. */
  take(now: number): Batch<Directory> | null {
    for (const [directory, due] of this.#sleeping) {
      if (due > now) continue;
      this.#sleeping.delete(directory);
      this.#queue.add(directory);
    }
    for (const directory of this.#queue) {
      this.#queue.delete(directory);
      const names = this.#takeDue(directory, now);
      if (names.size > 0) return (this.#taken = { directory, names });
    }
    return (this.#taken = null);
  }

  /** When `take` will have something; null when nothing has a time. May be too early, never too late. */
  nextDue(): number | null {
    if (this.#queue.size > 0) return -Infinity;
    let first = NEVER;
    for (const due of this.#sleeping.values()) first = Math.min(first, due);
    return first === NEVER ? null : first;
  }

  /** Drops a directory that does not exist any more, with its history. */
  forget(directory: Directory): void {
    this.#entries.delete(directory);
    this.#history.delete(directory);
    this.#queue.delete(directory);
    this.#sleeping.delete(directory);
  }

  /** Dirty entries, whether due or not. */
  get size(): number {
    let size = 0;
    for (const names of this.#entries.values()) size += names.size;
    return size;
  }

  /** Directories with dirty entries. Unlike `size` it costs nothing to ask. */
  get directories(): number {
    return this.#entries.size;
  }

  /** Entries whose last try failed. */
  get failing(): number {
    let failing = 0;
    for (const names of this.#history.values())
      for (const history of names.values()) if (history.failures > 0) failing += 1;
    return failing;
  }

  /**
   * Dirty entries that have neither failed nor been put off again and again: while there is one, the first full
   * comparison is not complete. A file that never rests must not keep it from ever being so.
   */
  get hopeful(): number {
    let hopeful = 0;
    for (const [directory, names] of this.#entries)
      for (const name of names.keys()) {
        const { failures, waits } = this.history(directory, name);
        if (failures === 0 && waits < RESTLESS) hopeful += 1;
      }
    return hopeful;
  }

  #takeDue(directory: Directory, now: number): Map<string, number> {
    const due = new Map<string, number>();
    const names = this.#entries.get(directory);
    if (names === undefined) return due;
    let next = Infinity;
    for (const [name, entry] of names) {
      if (entry.due > now) next = Math.min(next, entry.due);
      else {
        due.set(name, entry.hints);
        names.delete(name);
      }
    }
    if (names.size === 0) this.#entries.delete(directory);
    else if (next !== NEVER) this.#sleeping.set(directory, next);
    return due;
  }

  #historyOf(directory: Directory, name: string): History {
    let names = this.#history.get(directory);
    if (names === undefined) this.#history.set(directory, (names = new Map()));
    let history = names.get(name);
    if (history === undefined) names.set(name, (history = { failures: 0, waits: 0 }));
    return history;
  }
}

/**
 * Replaces all names by a comparison of the whole directory; returns when it is due. Which of its files were written to
 * is forgotten, but not that it was during this run.
 */
function collapse(names: Map<string, Entry>): number {
  let hints: number = HINT.SCAN;
  let due = Infinity;
  for (const [name, entry] of names) {
    if (name === SELF) hints |= entry.hints;
    else hints |= (entry.hints & HINT.DEEP) | ((entry.hints & HINT.CONTENT) === 0 ? 0 : HINT.RECENT);
    due = Math.min(due, entry.due);
  }
  names.clear();
  names.set(SELF, { hints, due });
  return due;
}
