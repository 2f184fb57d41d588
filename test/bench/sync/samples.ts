/** What was measured: one number of one arm, under the name of a figure. */
export interface Sample {
  readonly figure: string;
  readonly unit: string;
  readonly arm: string;
  readonly value: number;
}

export type Report = (figure: string, unit: string, arm: string, value: number) => void;

/** The value below which the given part of all values lies. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

/** The arms in another order each round, so that none always comes after the same one. */
export function rotated<T>(arms: readonly T[], round: number): T[] {
  const first = round % Math.max(arms.length, 1);
  return [...arms.slice(first), ...arms.slice(0, first)];
}
