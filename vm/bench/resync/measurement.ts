/** What `vm:bench resync` measures: programs, trees, and a figure of one in the other. */
import type { FileSystem } from '../metadata/measurement.ts';

/** What is compared, in the order of tables. Each is given the source and the destination. */
export const PROGRAMS = [
  { label: 'rsync -a --delete', argv: ['rsync', '-a', '--delete', 'source/', 'destination/'] },
  {
    label: 'dirsync --once --metadata statx',
    argv: ['dirsync', '--once', '--metadata', 'statx', 'source', 'destination'],
  },
  {
    label: 'dirsync --once --metadata kernel',
    argv: ['dirsync', '--once', '--metadata', 'kernel', 'source', 'destination'],
  },
] as const;

export interface Tree {
  readonly directories: number;
  /** In each directory. */
  readonly files: number;
}

/** The first is next to nothing: what it takes is the program's own start and end. */
export const TREES: readonly Tree[] = [
  { directories: 1, files: 1 },
  { directories: 100, files: 100 },
];

export interface Resync {
  readonly fileSystem: FileSystem;
  readonly tree: Tree;
  readonly label: string;
  /** The least of the passes. */
  readonly instructions: number;
}
