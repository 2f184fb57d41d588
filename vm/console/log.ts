/**
 * A guest's console as the harness sees it: the last lines, and what was found in them.
 *
 * The file with the whole log is written by QEMU: whatever ends the harness, it is there. The lines of the findings are
 * the lines of this file.
 */
import { LineSplitter } from './lines.ts';
import { SplatDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { excuse, type KnownSplat } from './known-splats.ts';

/** Lines kept in memory; a bad end shows fewer. */
const KEPT = 1000;

export class ConsoleLog {
  readonly #known: readonly KnownSplat[];
  readonly #splitter = new LineSplitter();
  readonly #detector = new SplatDetector();
  readonly #kept: string[] = [];
  #count = 0;

  /** @param known the reports that are excused */
  constructor(known: readonly KnownSplat[] = []) {
    this.#known = known;
  }

  /** Takes a chunk as it came. */
  feed(chunk: Uint8Array): void {
    this.#take(this.#splitter.feed(chunk));
  }

  /** To be called when the console ends: its last line may have no end. */
  end(): void {
    this.#take(this.#splitter.end(), true);
  }

  /** The kernel's reports so far; the last may still grow. */
  get findings(): readonly Finding[] {
    const { findings } = this.#detector;
    return this.#known.length === 0 ? findings : findings.map((finding) => excuse(finding, this.#known));
  }

  /** How many lines there were, also those that are no longer kept. */
  get lineCount(): number {
    return this.#count;
  }

  /** The last lines (at most 1000 are kept), oldest first. */
  tail(count = KEPT): readonly string[] {
    return count <= 0 ? [] : this.#kept.slice(-count);
  }

  #take(lines: readonly string[], isCut = false): void {
    this.#count += lines.length;
    this.#kept.push(...lines);
    if (this.#kept.length > KEPT) this.#kept.splice(0, this.#kept.length - KEPT);
    for (const line of lines) this.#detector.line(line, isCut);
  }
}
