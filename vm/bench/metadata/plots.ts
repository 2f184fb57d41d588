/** Measurements as pictures: what each arm costs, how that goes with the size of a directory, and what changes do to it. */
import { axisY, dot, gridX, gridY, line, ruleY, text } from '@observablehq/plot';
import { ARMS, COMPARISONS, type Kind } from './arms.ts';
import { COLOURS, type Figure } from './figure.ts';
import { FILE_SYSTEMS, type FileSystem, type Measurement } from './measurement.ts';
import { figureOf, grouped, ratioOf, sizesOf } from './tables.ts';

/** A picture and the name of its file. */
export interface NamedFigure extends Figure {
  readonly name: string;
}

const COUNTED =
  'Instructions of the guest (user and kernel), counted by QEMU -icount, least of several passes; caches are warm.';

/** The size of directory at which everything was measured. */
const USUAL = 10_000;

/** Every figure of which enough was measured. */
export function figuresOf(measured: readonly Measurement[]): NamedFigure[] {
  const counted = measured.filter(({ unit }) => unit === 'instructions');
  const sizes = sizesOf(counted);
  if (!sizes.includes(USUAL)) return [];
  return [costFigure(counted), ...(sizes.length > 1 ? [sizeFigure(counted)] : []), changesFigure(counted)];
}

const KINDS: Readonly<Record<Kind, string>> = {
  call: 'One call a file',
  list: 'One directory',
  join: 'Two directories, compared',
  node: 'The same, from JavaScript',
};

function isOurs(arm: string): boolean {
  return COMPARISONS.some(({ ours }) => ours === arm);
}

function colourOf(arm: string): string {
  if (arm === 'getppid') return COLOURS.floor;
  return isOurs(arm) ? COLOURS.ours : COLOURS.theirs;
}

/** A row an arm, below the heading of its kind; a dot a file system. */
function costFigure(measured: readonly Measurement[]): NamedFigure {
  const points = ARMS.flatMap(({ id, label }) =>
    FILE_SYSTEMS.flatMap((fileSystem) => {
      const where = { unit: 'instructions', fileSystem, arm: id, entries: USUAL, changed: 0 } as const;
      const cost = figureOf(measured, where);
      return cost === undefined ? [] : [{ label, fileSystem, cost, colour: colourOf(id) }];
    }),
  );
  const on = (fileSystem: FileSystem): typeof points =>
    points.filter((point) => point.fileSystem === fileSystem);
  const kinds = [...Map.groupBy(ARMS, ({ kind }) => kind)].map(([kind, arms]) => ({
    heading: KINDS[kind],
    labels: arms.map(({ label }) => label).filter((label) => points.some((point) => point.label === label)),
  }));
  const groups = kinds.filter(({ labels }) => labels.length > 0);
  const rows = groups.flatMap(({ heading, labels }) => [heading, ...labels]);
  const headings = groups.map(({ heading }) => heading);
  return {
    name: 'metadata-cost',
    title: `What the metadata of a file costs, in directories of ${grouped(USUAL)} files`,
    notes: [
      COUNTED,
      'Nothing has changed. Filled: tmpfs, with its figure. Hollow: ext4. Blue: the calls of the series.',
    ],
    options: {
      height: 56 + 24 * rows.length,
      marginLeft: 240,
      marginRight: 36,
      marginTop: 4,
      marginBottom: 48,
      x: {
        type: 'log',
        domain: scaleOf(points),
        label: 'instructions a file (log scale)',
        tickFormat: grouped,
        ticks: 4,
      },
      y: { type: 'point', label: null, domain: rows, padding: 0.6 },
      marks: [
        gridX({ ticks: 4 }),
        axisY({ tickSize: 0, tickFormat: (row: string) => (headings.includes(row) ? '' : row) }),
        text(headings, {
          y: (heading: string) => heading,
          text: (heading: string) => heading,
          frameAnchor: 'left',
          dx: -232,
          textAnchor: 'start',
          fontWeight: 600,
          fill: 'currentColor',
        }),
        dot(on('ext4'), { x: 'cost', y: 'label', stroke: 'colour', r: 4.5, strokeWidth: 1.8 }),
        dot(on('tmpfs'), { x: 'cost', y: 'label', fill: 'colour', r: 5 }),
        text(on('tmpfs'), {
          x: 'cost',
          y: 'label',
          text: ({ cost }: { readonly cost: number }) => grouped(cost),
          textAnchor: 'end',
          dx: -10,
          fill: 'currentColor',
        }),
      ],
    },
  };
}

/** Whole decades around all costs. */
function scaleOf(points: readonly { readonly cost: number }[]): [number, number] {
  const exponents = points.map(({ cost }) => Math.log10(cost));
  return [10 ** Math.floor(Math.min(...exponents)), 10 ** Math.ceil(Math.max(...exponents))];
}

/** The lowest line: its name stands below its end, where there is room. */
const NAMES_ONLY = 'getdents64 (names only)';

/** What is drawn as a line over the sizes, by the name at its beginning. */
const LINES = {
  'One directory': [
    { label: 'getdents64 + statx', arms: ['getdents64+statx'] },
    { label: 'dirsync_list', arms: ['list'] },
    { label: NAMES_ONLY, arms: ['getdents64'] },
  ],
  'Two directories, nothing changed': [
    { label: 'best C join', arms: ['join-newfstatat', 'join-cwd', 'join-statx'] },
    { label: 'dirsync_diff', arms: ['diff'] },
  ],
} as const;

/** From what getdents64 takes to what the dearest join does. */
const SIZE_SCALE = [200, 7000];
const SIZE_TICKS = [300, 1000, 3000];

/** A line an arm over the size of the directory; a panel a file system and task. */
function sizeFigure(measured: readonly Measurement[]): NamedFigure {
  const sizes = sizesOf(measured);
  const points = Object.entries(LINES).flatMap(([task, lines]) =>
    lines.flatMap(({ label, arms }) =>
      FILE_SYSTEMS.flatMap((fileSystem) =>
        sizes.flatMap((entries) => {
          const where = { unit: 'instructions', fileSystem, entries, changed: 0 } as const;
          const costs = arms.flatMap((arm) => figureOf(measured, { ...where, arm }) ?? []);
          if (costs.length === 0) return [];
          return [{ task, label, fileSystem, entries, cost: Math.min(...costs), colour: colourOf(arms[0]) }];
        }),
      ),
    ),
  );
  const channels = { x: 'entries', y: 'cost', fx: 'fileSystem', fy: 'task' } as const;
  return {
    name: 'metadata-size',
    title: 'What a file costs, by the size of the directory',
    notes: [COUNTED, 'The directories stay open: opening one, and the first call, are not in it.'],
    options: {
      height: 520,
      marginLeft: 62,
      marginRight: 34,
      marginTop: 30,
      marginBottom: 44,
      x: {
        type: 'log',
        domain: [(sizes[0] ?? 1) / 1.3, (sizes.at(-1) ?? 1) * 1.3],
        ticks: sizes,
        tickFormat: grouped,
        label: 'files in each directory (log scale)',
      },
      y: {
        type: 'log',
        domain: SIZE_SCALE,
        label: 'instructions a file (log scale)',
        tickFormat: grouped,
        ticks: SIZE_TICKS,
      },
      fx: { label: null, domain: FILE_SYSTEMS, padding: 0.1 },
      fy: { label: null, domain: Object.keys(LINES), axis: null, padding: 0.1 },
      marks: [
        gridY({ ticks: SIZE_TICKS }),
        line(points, { ...channels, z: 'label', stroke: 'colour', strokeWidth: 2 }),
        dot(points, { ...channels, fill: 'colour', r: 3.5 }),
        text(
          points.filter(({ entries, label }) => entries === sizes[0] && label !== NAMES_ONLY),
          { ...channels, text: 'label', textAnchor: 'start', dy: -11, fill: 'currentColor' },
        ),
        text(
          points.filter(({ entries, label }) => entries === sizes.at(-1) && label === NAMES_ONLY),
          { ...channels, text: 'label', textAnchor: 'end', dy: 13, fill: 'currentColor' },
        ),
        text(Object.keys(LINES), {
          fy: (task: string) => task,
          text: (task: string) => task,
          frameAnchor: 'bottom-left',
          dy: -6,
          fill: 'currentColor',
          fontStyle: 'italic',
        }),
      ],
    },
  };
}

/** How many times less dirsync_diff takes, over the share of files that changed. */
function changesFigure(measured: readonly Measurement[]): NamedFigure {
  const comparison = COMPARISONS.find(({ ours }) => ours === 'diff');
  const shares = [...new Set(measured.map(({ changed }) => changed))].toSorted((a, b) => a - b);
  const points = FILE_SYSTEMS.flatMap((fileSystem) =>
    shares.flatMap((changed) => {
      const where = { unit: 'instructions', fileSystem, entries: USUAL, changed } as const;
      const ratio = comparison && ratioOf(measured, comparison, where);
      return ratio === undefined ? [] : [{ fileSystem, changed: `${changed} %`, ratio }];
    }),
  );
  const first = points.filter(({ changed }) => changed === `${shares[0]} %`);
  const channels = { x: 'changed', y: 'ratio' } as const;
  return {
    name: 'metadata-changed',
    title: 'How many times fewer instructions dirsync_diff takes than the best C join',
    notes: [
      COUNTED,
      `Two directories of ${grouped(USUAL)} files; of those that changed one half in size, one half in time only.`,
    ],
    options: {
      height: 320,
      marginLeft: 62,
      marginRight: 156,
      marginTop: 16,
      marginBottom: 44,
      x: {
        type: 'point',
        label: 'files that changed',
        padding: 0.35,
        domain: shares.map((share) => `${share} %`),
      },
      y: {
        domain: [0, Math.max(4.4, ...points.map(({ ratio }) => ratio * 1.1))],
        label: 'times fewer instructions',
        ticks: 5,
      },
      marks: [
        gridY({ ticks: 5 }),
        ruleY([1, 4], { stroke: COLOURS.floor, strokeDasharray: '4 4' }),
        text(
          [
            { at: 4, what: 'aim, nothing changed' },
            { at: 1, what: 'as much as the join' },
          ],
          { y: 'at', text: 'what', frameAnchor: 'right', textAnchor: 'start', dx: 6, fill: 'currentColor' },
        ),
        line(points, { ...channels, z: 'fileSystem', stroke: COLOURS.ours, strokeWidth: 2 }),
        dot(points, { ...channels, fill: COLOURS.ours, r: 4 }),
        text(points, {
          ...channels,
          text: ({ ratio }: { readonly ratio: number }) => `${ratio.toFixed(2)}x`,
          dy: -13,
          fill: 'currentColor',
        }),
        text(first, { ...channels, text: 'fileSystem', textAnchor: 'end', dx: -18, fill: 'currentColor' }),
      ],
    },
  };
}
