/** Shortens a TAP stream for reading: a line for each test file that passed, the whole of each one that did not. */

const TOP_LEVEL_POINT = /^(not )?ok\b/;
/** What may follow a test point and belongs to it: its diagnostics, and the closing brace of a buffered subtest. */
const DIAGNOSTIC = /^\s|^\}/;

/**
 * Feed it with lines, print what it returns.
 *
 * A line of TAP that is indented belongs to the top-level point that follows it; diagnostics follow their point.
 */
export class Digest {
  #pending: string[] = [];
  #failing = false;

  line(text: string): string[] {
    if (TOP_LEVEL_POINT.test(text)) {
      this.#failing = text.startsWith('not ');
      const shown = this.#failing ? [...this.#pending, text] : [text];
      this.#pending = [];
      return shown;
    }
    if (this.#failing && DIAGNOSTIC.test(text)) return [text];
    this.#failing = false;
    if (text.startsWith('Bail out!')) return [...this.#pending.splice(0), text];
    this.#pending.push(text);
    return [];
  }

  /** What stood after the last test point, of interest only if the stream was cut off. */
  rest(): string[] {
    return this.#pending;
  }
}
