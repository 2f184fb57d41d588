/** Counts what a TAP stream really says: each test point once, however deep it stands in subtests. */
import { Parser, type Result } from 'tap-parser';

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Neither passed nor failed: said separately, so that nobody takes them for tests that ran. */
  readonly skipped: number;
}

/** The count of an empty stream. */
export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

/**
 * Reads a TAP stream; feed it with `write`, then `end` gives the count.
 *
 * The point that sums up a subtest counts only when it fails although nothing inside did (a timeout, a missing plan).
 * A bail-out and a broken stream count as one failure each: no count of ours is better than what the stream says.
 */
export class TallyReader {
  readonly #parser = new Parser();
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  constructor() {
    this.#watch(this.#parser);
  }

  write(chunk: Uint8Array | string): void {
    this.#parser.write(typeof chunk === 'string' ? chunk : Buffer.from(chunk));
  }

  end(): Tally {
    this.#parser.end();
    const broken = !this.#parser.ok && this.#failed === 0 ? 1 : 0;
    return { passed: this.#passed, failed: this.#failed + broken, skipped: this.#skipped };
  }

  #watch(parser: Parser): void {
    let failedBefore = 0;
    parser.on('child', (child: Parser) => {
      failedBefore = this.#failed;
      this.#watch(child);
    });
    parser.on('assert', (result: Result) => {
      const silentFailure = !result.ok && this.#failed === failedBefore;
      if (!result.closingTestPoint || result.skip || silentFailure) this.#count(result);
    });
  }

  #count(result: Result): void {
    if (result.skip || result.todo) this.#skipped += 1;
    else if (result.ok) this.#passed += 1;
    else this.#failed += 1;
  }
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (pick: (tally: Tally) => number): number =>
    tallies.reduce((total, tally) => total + pick(tally), 0);
  return { passed: sum((t) => t.passed), failed: sum((t) => t.failed), skipped: sum((t) => t.skipped) };
}

/** The plain closing line that CI systems read. */
export function renderTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
