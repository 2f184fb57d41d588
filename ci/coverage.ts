/** The floor under the unit tests' coverage: below it the suite has failed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * In percent, a little below what the unit tests reach (96 and 92 when this was written). What is missing are mostly
 * lines that only a real guest or another distribution runs; the suites that boot guests cover them, uncounted.
 */
const FLOOR = { lines: 94, branches: 88 } as const;

/** Istanbul's json-summary, as far as it is used here. */
interface Summary {
  readonly total: Readonly<Record<keyof typeof FLOOR, { readonly pct: number }>>;
}

/** What is below the floor, one sentence each; empty when nothing is. */
export function belowFloor(summary: Summary): string[] {
  return Object.entries(FLOOR)
    .filter(([what, floor]) => summary.total[what as keyof typeof FLOOR].pct < floor)
    .map(
      ([what, floor]) =>
        `${summary.total[what as keyof typeof FLOOR].pct} % of ${what} covered, below ${floor} %`,
    );
}

/** Reads the summary that tap left below `checkout`; a missing one is below every floor. */
export async function readSummary(checkout: string): Promise<Summary> {
  const path = join(checkout, '.tap', 'report', 'coverage-summary.json');
  const text = await readFile(path, 'utf8').catch(() => '');
  const nothing = { total: { lines: { pct: 0 }, branches: { pct: 0 } } };
  return text === '' ? nothing : (JSON.parse(text) as Summary);
}
