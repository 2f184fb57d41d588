/**
 * Which file was copied to a name last, and in which state: told by its inode and its ctime, which no program can set back.
 *
 * A file that is in doubt has size and mtime of its copy: either it is in the state that was copied, or somebody has set
 * the mtime back. The ledger tells the two apart; but not for a write that was told of after the copy began, which may have set
 * the times that were copied, and moved its data later. And it tells two files apart that have changed names and are alike
 * in size and mtime.
 */
import type { ByteString, Stat } from '../native/addon.ts';

/** Which file it is, and in which state. */
export type FileState = Pick<Stat, 'ino' | 'ctimeSec' | 'ctimeNsec'>;

interface Copied {
  readonly inode: Stat['ino'];
  /** The state that was copied; null when a later write may have the same ctime. */
  readonly state: string | null;
}

/** Files remembered before all are forgotten; forgetting costs a needless copy, never a missing one. */
const DEFAULT_LIMIT = 50_000;

export class ContentLedger<Directory extends object> {
  readonly #limit: number;
  #copied = new WeakMap<Directory, Map<ByteString, Copied>>();
  #size = 0;

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Notes of which file of the source the destination has a copy now; `settled`: and that a later write will show. */
  note(directory: Directory, name: ByteString, source: FileState, settled: boolean): void {
    let names = this.#copied.get(directory);
    if (names?.has(name) !== true) {
      if (this.#size >= this.#limit) this.#forget();
      this.#size += 1;
      names = this.#copied.get(directory);
    }
    if (names === undefined) this.#copied.set(directory, (names = new Map()));
    names.set(name, { inode: source.ino, state: settled ? key(source) : null });
  }

  /** Whether this very state was copied. */
  has(directory: Directory, name: ByteString, source: FileState): boolean {
    return this.#copied.get(directory)?.get(name)?.state === key(source);
  }

  /** Whether another file than this one was copied to the name last, as far as is known. */
  hasAnother(directory: Directory, name: ByteString, source: FileState): boolean {
    const copied = this.#copied.get(directory)?.get(name);
    return copied !== undefined && copied.inode !== source.ino;
  }

  /** Somebody has written to the file, perhaps in the state that was noted: a write sets the times before it moves the data. */
  unsettle(directory: Directory, name: ByteString): void {
    const names = this.#copied.get(directory);
    const copied = names?.get(name);
    if (copied !== undefined) names?.set(name, { inode: copied.inode, state: null });
  }

  /** Forgets what was noted in a directory: its files have lost their copies. */
  drop(directory: Directory): void {
    this.#size -= this.#copied.get(directory)?.size ?? 0;
    this.#copied.delete(directory);
  }

  #forget(): void {
    this.#copied = new WeakMap();
    this.#size = 0;
  }
}

function key({ ino, ctimeSec, ctimeNsec }: FileState): string {
  return `${ino} ${ctimeSec}.${ctimeNsec}`;
}
