/**
 * Which state of a file's content was copied last, told by its ctime, which no program can set back.
 *
 * An event says that a file was written to, and yet size and mtime are those of the copy: either the event is older
 * than the copy, or somebody has set the mtime back. The ledger tells the two apart.
 */
import type { ByteString, Stat } from '../native/addon.ts';

type ChangeTime = Pick<Stat, 'ctimeSec' | 'ctimeNsec'>;

/** Files remembered before all are forgotten; forgetting costs a needless copy, never a missing one. */
const DEFAULT_LIMIT = 50_000;

export class ContentLedger<Directory extends object> {
  readonly #limit: number;
  #copied = new WeakMap<Directory, Map<ByteString, string>>();
  #size = 0;

  constructor(limit: number = DEFAULT_LIMIT) {
    this.#limit = limit;
  }

  /** Notes the source's state of which the destination has a copy now. */
  note(directory: Directory, name: ByteString, source: ChangeTime): void {
    let names = this.#copied.get(directory);
    if (names?.has(name) !== true) {
      if (this.#size >= this.#limit) this.#forget();
      this.#size += 1;
      names = this.#copied.get(directory);
    }
    if (names === undefined) this.#copied.set(directory, (names = new Map()));
    names.set(name, key(source));
  }

  /** Whether this very state was copied. */
  has(directory: Directory, name: ByteString, source: ChangeTime): boolean {
    return this.#copied.get(directory)?.get(name) === key(source);
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

function key(time: ChangeTime): string {
  return `${time.ctimeSec}.${time.ctimeNsec}`;
}
