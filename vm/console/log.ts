/**
 * A guest's console as the harness sees it: the last lines, and what was found in them.
 *
 * The file with the whole log is written by QEMU itself, so that it is complete even if the harness is killed.
 */
import { LineSplitter } from './lines.ts';
import { SplatDetector, type Finding } from './panic.ts';

/** Lines kept in memory; a bad end shows fewer. */
const KEPT = 1000;

export class ConsoleLog {
  readonly #splitter = new LineSplitter();
  readonly #detector = new SplatDetector();
  readonly #kept: string[] = [];
  #count = 0;

  /** Takes a chunk as it came, and returns what its completed lines reveal. */
  feed(chunk: Uint8Array): Finding[] {
    return this.#take(this.#splitter.feed(chunk));
  }

  /** To be called when the console ends: its last line may have no end. */
  end(): Finding[] {
    return this.#take(this.#splitter.end());
  }

  /** How many lines there were, also those that are no longer kept. */
  get lineCount(): number {
    return this.#count;
  }

  /** The last lines (at most 1000 are kept), oldest first. */
  tail(count = KEPT): readonly string[] {
    return count <= 0 ? [] : this.#kept.slice(-count);
  }

  #take(lines: readonly string[]): Finding[] {
    this.#count += lines.length;
    this.#kept.push(...lines);
    if (this.#kept.length > KEPT) this.#kept.splice(0, this.#kept.length - KEPT);
    return lines.flatMap((line) => this.#detector.line(line) ?? []);
  }
}
