/** The results as one page of Markdown, as it stands in docs/metadata-benchmark.md. */
import { COMPARISONS } from './arms.ts';
import type { GuestFacts, Results } from './measure.ts';
import { FILE_SYSTEMS, type FileSystem, type Measurement } from './measurement.ts';
import type { NamedFigure } from './plots.ts';
import { costTables, markdownTable, ratioOf, ratioTable, sizesOf, type Table } from './tables.ts';

/** What was to be reached, as a ratio to what is there without the series. */
const TARGETS = [
  { what: 'dirsync_diff, nothing changed: a quarter of the best C join', ours: 'diff', changed: 0, least: 4 },
  { what: 'dirsync_diff, all changed: no more than the best C join', ours: 'diff', changed: 100, least: 1 },
  { what: 'dirsync_list: a third of getdents64 + statx', ours: 'list', changed: 0, least: 3 },
] as const;

/**
 * The page. `figures` lie beside it as `<name>.svg`.
 *
 * @param command what is typed to get it again
 */
export function markdownPage(results: Results, figures: readonly NamedFigure[], command: string): string {
  const { guests, measured } = results;
  const counted = guests.find(({ unit }) => unit === 'instructions');
  const timed = guests.some(({ unit }) => unit === 'ns');
  const sections = [
    '# What it costs to learn the metadata of files',
    `Written by \`${command}\`; the sources of what is measured are in [test/bench](../test/bench).`,
    ...(counted === undefined ? [] : [howSection(counted), targetSection(measured)]),
    ...figures.map(({ title, name }) => `![${title}](${name}.svg)`),
    ...(counted === undefined
      ? []
      : FILE_SYSTEMS.flatMap((fileSystem) => countedSection(measured, fileSystem))),
    ...(timed ? timedSection(measured) : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

function howSection({ kernel, processor, flags, calibration }: GuestFacts): string {
  const strings = ['rep_good', 'erms', 'fsrm'].filter((flag) => flags.includes(flag));
  const { loop, rep_movsb, rep_movsq } = calibration;
  return `## How it is measured

Linux ${kernel}, a ${processor} (of its flags for copies it has ${strings.join(', ') || 'none'}), one processor, under
QEMU's \`-icount shift=0\`: an instruction takes a nanosecond of the guest's time, whatever the host does meanwhile. That
this holds is measured at each start: a thousand turns of a loop of two instructions took ${loop} ns. A count says nothing of
caches, branches and memory; it says how much there is to do, to the same few instructions in every run.

What is counted is what the processor executes: each round of a \`rep movs\` is an instruction (a thousand quadwords took
${rep_movsq} ns, a thousand bytes ${rep_movsb}), where hardware moves many bytes at once. The kernel copies by quadwords
here. So large copies look dearer than they are: the structs of stat(2) (144 bytes) and statx(2) (256 bytes) on one side, the
records of dirsync_list and dirsync_diff (64 bytes and the name) on the other.

Each directory holds empty files with names of 15 bytes, and stays open; all inodes and names are in the kernel's caches. Every
arm is a loop of its own; arms take turns within one boot, and a figure is the least of several passes, divided by the files.
Of files that changed one half differs in size and mtime, one half in mtime only, all of them in the destination. Comparing is:
for each name of the source type, size, mtime, mode and owner on both sides. The C loops make system calls without a library
between, read names into a buffer of 256 KiB, use descriptors instead of paths, copy no name, and compare in one branch.`;
}

function targetSection(measured: readonly Measurement[]): string {
  const rows = TARGETS.map(({ what, ours, changed, least }) =>
    [what, `${least}x`].concat(
      FILE_SYSTEMS.map((fileSystem) => reached(measured, ours, changed, fileSystem)),
    ),
  );
  const stat = FILE_SYSTEMS.map((fileSystem) => reached(measured, 'dirsync_stat', 0, fileSystem));
  const table = {
    title: '',
    rows: [['', 'target', ...FILE_SYSTEMS], ...rows, ['dirsync_stat (451) against stat(2)', '', ...stat]],
  };
  return `## Targets, and what was reached

How many times fewer instructions, from the worst to the best size of directory:

${markdownTable(table)}

To read the names of a directory costs the same either way, and a call that compares cannot do without: on ext4, where names are
sorted by their hash at each reading, that alone is what keeps the ratios lower than on tmpfs (see "names only" below).`;
}

/** `2.51x to 3.03x`. */
function reached(
  measured: readonly Measurement[],
  ours: string,
  changed: number,
  fileSystem: FileSystem,
): string {
  const comparison = COMPARISONS.find((candidate) => candidate.ours === ours);
  if (comparison === undefined) throw new Error(`${ours} is compared with nothing`);
  const ratios = sizesOf(measured).flatMap(
    (entries) => ratioOf(measured, comparison, { unit: 'instructions', fileSystem, entries, changed }) ?? [],
  );
  if (ratios.length === 0) return '';
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => `${ratio.toFixed(2)}x`);
  return least === most ? `${least}` : `${least} to ${most}`;
}

function countedSection(measured: readonly Measurement[], fileSystem: FileSystem): string[] {
  const scope = { unit: 'instructions', fileSystem } as const;
  const tables = [...costTables(measured, scope), ratioTable(measured, scope)];
  return [`## Instructions on ${fileSystem}`, ...tables.flatMap(titled)];
}

function timedSection(measured: readonly Measurement[]): string[] {
  return [
    '## Time under plain emulation',
    `Medians on an ordinary TCG guest, on a host that does other things, too. An emulated processor's times are no real one's, so only
ratios are given; they differ by a tenth and more from run to run. What they show is that the counts do not mislead.`,
    ...FILE_SYSTEMS.flatMap((fileSystem) => titled(ratioTable(measured, { unit: 'ns', fileSystem }))),
  ];
}

function titled(table: Table): string[] {
  return table.rows.length > 1 ? [`### ${table.title}`, markdownTable(table)] : [];
}
