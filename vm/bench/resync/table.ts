/** The counts of `vm:bench resync` as a table, with each program's own start in them and without. */
import { FILE_SYSTEMS, type FileSystem } from '../metadata/measurement.ts';
import { grouped } from '../metadata/tables.ts';
import { PROGRAMS, type Resync, type Tree, TREES } from './measurement.ts';

/** One row a program and file system; ratios are to the last program, which is the one that takes least. */
export function resyncTable(results: readonly Resync[]): string[][] {
  const [small, large] = TREES;
  if (small === undefined || large === undefined) throw new Error('there are two trees');
  const files = large.directories * large.files;
  const of = (fileSystem: FileSystem, tree: Tree, label: string): number => {
    const found = results.find(
      (one) => one.fileSystem === fileSystem && one.tree === tree && one.label === label,
    );
    return found?.instructions ?? Number.NaN;
  };
  const rows = FILE_SYSTEMS.flatMap((fileSystem) => {
    const costs = PROGRAMS.map(({ label }) => {
      const whole = of(fileSystem, large, label);
      const start = of(fileSystem, small, label);
      return { label, whole, start, rest: whole - start };
    });
    const ours = costs.at(-1);
    return costs.map(({ label, whole, start, rest }) => [
      `${label}, ${fileSystem}`,
      millions(whole),
      times(whole, ours?.whole),
      millions(start),
      grouped(rest / files),
      times(rest, ours?.rest),
    ]);
  });
  return [
    [
      `nothing changed in ${grouped(files)} files`,
      'million instructions',
      'ratio',
      'of them for one file',
      'the rest, a file',
      'ratio',
    ],
    ...rows,
  ];
}

function millions(value: number): string {
  return (value / 1e6).toFixed(1);
}

function times(value: number, ours: number | undefined): string {
  return `${(value / (ours ?? Number.NaN)).toFixed(2)}x`;
}
