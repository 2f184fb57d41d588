/** How fast a growing number has grown lately. */

/** Milliseconds that count. */
const WINDOW_MS = 5000;
/** Before so much has passed, nothing can be said. */
const LEAST_MS = 300;

interface Sample {
  readonly at: number;
  readonly value: number;
}

export class Rate {
  readonly #samples: Sample[] = [];

  /** Notes the number at a time in milliseconds. A smaller one than before is that of a copy that was thrown away. */
  add(at: number, value: number): void {
    const last = this.#samples.at(-1);
    this.#samples.push({ at, value: Math.max(value, last?.value ?? 0) });
    while ((this.#samples[1]?.at ?? Infinity) <= at - WINDOW_MS) this.#samples.shift();
  }

  /** What was given last, or more. */
  get value(): number {
    return this.#samples.at(-1)?.value ?? 0;
  }

  /** Growth in a second; null: not known yet. */
  get perSecond(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
    return ((last.value - first.value) * 1000) / (last.at - first.at);
  }
}
