/** Measurements as tables: a row an arm, a column a size of directory; and how many times less our calls take. */
import { ARMS, armOf, type Comparison, COMPARISONS, type Kind } from './arms.ts';
import { type FileSystem, type Measurement, perFile, type Unit } from './measurement.ts';

export interface Table {
  readonly title: string;
  /** The first row names the columns. */
  readonly rows: readonly (readonly string[])[];
}

/** What one table is about. */
export interface Scope {
  readonly unit: Unit;
  readonly fileSystem: FileSystem;
}

/** A figure of one arm; undefined where it was not measured. */
export function figureOf(
  measured: readonly Measurement[],
  wanted: Scope & { readonly arm: string; readonly entries: number; readonly changed: number },
): number | undefined {
  const found = measured.find(
    (candidate) =>
      candidate.unit === wanted.unit &&
      candidate.fileSystem === wanted.fileSystem &&
      candidate.arm === wanted.arm &&
      candidate.entries === wanted.entries &&
      candidate.changed === wanted.changed,
  );
  return found === undefined ? undefined : perFile(found);
}

/** How many times as much as ours the best of the others takes; undefined unless both were measured. */
export function ratioOf(
  measured: readonly Measurement[],
  { ours, others }: Comparison,
  where: Scope & { readonly entries: number; readonly changed: number },
): number | undefined {
  const own = figureOf(measured, { ...where, arm: ours });
  const theirs = others.flatMap((arm) => figureOf(measured, { ...where, arm }) ?? []);
  return own === undefined || theirs.length === 0 ? undefined : Math.min(...theirs) / own;
}

/** Sizes of directories and shares of changed files that were measured, in order. */
export function sizesOf(measured: readonly Measurement[]): number[] {
  return [...new Set(measured.map(({ entries }) => entries))].toSorted((a, b) => a - b);
}

/** What an arm costs a file, one table for what reads one directory and one for what compares two. */
export function costTables(measured: readonly Measurement[], scope: Scope): Table[] {
  const own = within(measured, scope);
  const sizes = sizesOf(own);
  const unit = scope.unit === 'instructions' ? 'instructions a file' : 'ns a file';
  const table = (title: string, kinds: readonly Kind[], compares: boolean): Table => ({
    title: `${title}, ${unit}, ${scope.fileSystem}`,
    rows: [
      ['', ...(compares ? ['changed'] : []), ...sizes.map(filesIn)],
      ...sharesOf(own).flatMap((changed) =>
        ARMS.filter(({ kind }) => kinds.includes(kind)).flatMap(({ id, label }) => {
          const cells = sizes.map((entries) => figureOf(own, { ...scope, arm: id, entries, changed }));
          if (cells.every((cell) => cell === undefined)) return [];
          return [[label, ...(compares ? [`${changed} %`] : []), ...cells.map(count)]];
        }),
      ),
    ],
  });
  return [
    table('One directory', ['call', 'list'], false),
    table('Two directories compared', ['join'], true),
    table('Two directories compared from JavaScript', ['node'], false),
  ].filter(({ rows }) => rows.length > 1);
}

/** How many times less our calls take than what they stand for. */
export function ratioTable(measured: readonly Measurement[], scope: Scope): Table {
  const own = within(measured, scope);
  const sizes = sizesOf(own);
  const rows = COMPARISONS.flatMap((comparison) =>
    sharesOf(own).flatMap((changed) => {
      if (changed !== 0 && armOf(comparison.ours).kind !== 'join') return [];
      const ratios = sizes.map((entries) => ratioOf(own, comparison, { ...scope, entries, changed }));
      if (ratios.every((ratio) => ratio === undefined)) return [];
      return [[comparison.label, `${changed} %`, ...ratios.map(times)]];
    }),
  );
  const what = scope.unit === 'instructions' ? 'instructions' : 'time';
  return {
    title: `Ratios of ${what}, ${scope.fileSystem}`,
    rows: [['', 'changed', ...sizes.map(filesIn)], ...rows],
  };
}

/** As GitHub shows it; the title is not part of it. */
export function markdownTable({ rows: [head = [], ...body] }: Table): string {
  return [
    markdownRow(head),
    markdownRow(head.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...body.map(markdownRow),
  ].join('\n');
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function within(measured: readonly Measurement[], { unit, fileSystem }: Scope): Measurement[] {
  return measured.filter((one) => one.unit === unit && one.fileSystem === fileSystem);
}

function sharesOf(measured: readonly Measurement[]): number[] {
  return [...new Set(measured.map(({ changed }) => changed))].toSorted((a, b) => a - b);
}

function filesIn(entries: number): string {
  return `${grouped(entries)} files`;
}

/** 10000 as `10,000`. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function count(value: number | undefined): string {
  return value === undefined ? '' : grouped(value);
}

function times(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(2)}x`;
}
