/** Bounds how many pieces of slow work (copies, removals of trees) run at once. */

export class Slots {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Work that runs now. */
  get used(): number {
    return this.#used;
  }

  /** Waits for a free slot and takes it. */
  async acquire(): Promise<void> {
    if (this.#used < this.#limit) {
      this.#used += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  /** Gives a slot back, to the one that has waited longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#used -= 1;
    else next();
  }
}
