/** Measurements as a table of medians, each beside its ratio to the first arm's. */

export interface Row {
  readonly arm: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The median, divided by that of the first arm. */
  readonly ratio: number;
}

/** One row an arm, in the order of their first values. */
export function summarise(values: readonly { readonly arm: string; readonly value: number }[]): Row[] {
  const arms = [...Map.groupBy(values, ({ arm }) => arm)].map(([arm, samples]) => ({
    arm,
    sorted: samples.map(({ value }) => value).toSorted((a, b) => a - b),
  }));
  const standard = medianOf(arms[0]?.sorted ?? []);
  return arms.map(({ arm, sorted }) => {
    const median = medianOf(sorted);
    return { arm, median, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0, ratio: median / standard };
  });
}

/** Lines of text, columns aligned. */
export function tableLines(title: string, unit: string, rows: readonly Row[]): string[] {
  const cells = rows.map(({ arm, median, min, max, ratio }) => [
    arm,
    median.toFixed(0),
    `${min.toFixed(0)} to ${max.toFixed(0)}`,
    `${ratio.toFixed(2)}x`,
  ]);
  const table = [[title, `median ${unit}`, 'range', 'ratio'], ...cells];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function medianOf(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return (lower + upper) / 2;
}
