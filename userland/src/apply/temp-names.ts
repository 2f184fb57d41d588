/** Hands out the reserved names of this process, and knows which of them are in use. */
import { reservedName } from '../compare/reserved.ts';
import type { ByteString } from '../native/addon.ts';

export class TempNames {
  readonly #active = new Set<ByteString>();
  /**
   * A random start, so that a leftover of an earlier run is hardly ever met before it is swept. Nobody has to be kept from
   * guessing it: such files are made with O_EXCL.
   */
  #next = Math.floor(Math.random() * 2 ** 32);

  /** Runs `use` with a name that is nobody else's in this process. */
  async with<T>(use: (name: ByteString) => Promise<T> | T): Promise<T> {
    const name = this.#take();
    try {
      return await use(name);
    } finally {
      this.#active.delete(name);
    }
  }

  isActive(name: ByteString): boolean {
    return this.#active.has(name);
  }

  #take(): ByteString {
    for (;;) {
      const name = reservedName(this.#next);
      this.#next = (this.#next + 1) % 2 ** 32;
      if (this.#active.has(name)) continue;
      this.#active.add(name);
      return name;
    }
  }
}
