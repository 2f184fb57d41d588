/** Measurements as a table of medians, each beside its ratio to the first arm's. */
import { median } from '../results/statistics.ts';

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
    measured: samples.map(({ value }) => value),
  }));
  const standard = median(arms[0]?.measured ?? []);
  return arms.map(({ arm, measured }) => {
    const middle = median(measured);
    const [min, max] = [Math.min(...measured), Math.max(...measured)];
    return { arm, median: middle, min, max, ratio: middle / standard };
  });
}

/** Lines of text, columns aligned. */
export function tableLines(title: string, unit: string, rows: readonly Row[]): string[] {
  const cells = rows.map((row) => [
    row.arm,
    row.median.toFixed(0),
    `${row.min.toFixed(0)} to ${row.max.toFixed(0)}`,
    `${row.ratio.toFixed(2)}x`,
  ]);
  const table = [[title, `median ${unit}`, 'range', 'ratio'], ...cells];
  return alignColumns(table);
}

/** Lines of text: the first column to the left, numbers to the right. */
export function alignColumns(table: readonly (readonly string[])[]): string[] {
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
