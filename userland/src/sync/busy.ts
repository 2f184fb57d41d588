/** Entries on which slow work is being done: what becomes dirty meanwhile is looked at again when that is over. */
import type { ByteString } from '../native/addon.ts';

export class Busy<Directory extends object> {
  /** By entry: the hints that came meanwhile; null while none did. */
  readonly #entries = new Map<Directory, Map<ByteString, number | null>>();

  has(directory: Directory, name: ByteString): boolean {
    return this.#entries.get(directory)?.has(name) === true;
  }

  begin(directory: Directory, name: ByteString): void {
    let names = this.#entries.get(directory);
    if (names === undefined) this.#entries.set(directory, (names = new Map()));
    names.set(name, null);
  }

  /** Notes that a busy entry is dirty again; of one that is not, nothing, for nobody would come to its end. */
  defer(directory: Directory, name: ByteString, hints: number): void {
    const names = this.#entries.get(directory);
    const known = names?.get(name);
    if (known !== undefined) names?.set(name, (known ?? 0) | hints);
  }

  /** The hints that came since the work on the entry began; 0 when none did. */
  hintsOf(directory: Directory, name: ByteString): number {
    return this.#entries.get(directory)?.get(name) ?? 0;
  }

  /** Returns the hints with which the entry is dirty again; null when it is not. */
  end(directory: Directory, name: ByteString): number | null {
    const names = this.#entries.get(directory);
    const hints = names?.get(name) ?? null;
    names?.delete(name);
    if (names?.size === 0) this.#entries.delete(directory);
    return hints;
  }
}
