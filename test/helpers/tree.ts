/**
 * An independent oracle: what a tree of files looks like, and in what two of them differ.
 *
 * Shares nothing with the syncer: Node's own fs with Buffer names and bigint stats, every file read in full.
 */
import { createHash } from 'node:crypto';
import { constants, lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from 'node:fs';

/** Attributes by path below the root; a path is latin1: one char is one byte. The root itself is the empty path. */
export type TreeSnapshot = ReadonlyMap<string, Readonly<Record<string, string>>>;

export interface SnapshotOptions {
  /** Leave times out, for trees that were not made to have equal ones. Default false. */
  readonly ignoreTimes?: boolean;
  /** Leave contents out, for files too large to be read. Default false. */
  readonly ignoreContent?: boolean;
}

/** A path as bytes. */
export function bytes(path: string): Buffer {
  return Buffer.from(path, 'latin1');
}

/** Which file has a name. When it was born is part of it, for a file system gives the number of one that is gone to the next. */
export function identity(path: string): string {
  const { dev, ino, birthtimeNs } = lstatSync(path, { bigint: true });
  return `${dev}:${ino} born ${birthtimeNs}`;
}

export function snapshot(root: string, options: SnapshotOptions = {}): TreeSnapshot {
  const tree = new Map<string, Record<string, string>>();
  const files = new Map<string, string[]>();
  const pending = [''];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const full = path === '' ? bytes(root) : bytes(`${root}/${path}`);
    const stat = lstatSync(full, { bigint: true });
    tree.set(path, describe(full, stat, options));
    if (!stat.isDirectory() && stat.nlink > 1n) {
      const inode = `${stat.dev}:${stat.ino}`;
      files.set(inode, [...(files.get(inode) ?? []), path]);
    }
    if (!stat.isDirectory()) continue;
    for (const name of readdirSync(full, { encoding: 'buffer' }))
      pending.push(path === '' ? name.toString('latin1') : `${path}/${name.toString('latin1')}`);
  }
  // A file that has links outside of the tree only is like any other.
  for (const paths of files.values())
    if (paths.length > 1)
      for (const path of paths) tree.set(path, { ...tree.get(path), names: paths.toSorted().join(', ') });
  return tree;
}

function describe(path: Buffer, stat: BigIntStats, options: SnapshotOptions): Record<string, string> {
  const entry: Record<string, string> = {
    mode: stat.mode.toString(8),
    owner: `${stat.uid}:${stat.gid}`,
  };
  if (options.ignoreTimes !== true) entry['mtime'] = String(stat.mtimeNs);
  if (stat.isSymbolicLink()) entry['target'] = readlinkSync(path, { encoding: 'buffer' }).toString('latin1');
  if (stat.isFile()) entry['size'] = String(stat.size);
  if (stat.isFile() && options.ignoreContent !== true)
    entry['content'] = createHash('sha256')
      .update(readFileSync(path, { flag: AS_IT_IS }))
      .digest('hex');
  if (stat.isBlockDevice() || stat.isCharacterDevice()) entry['device'] = String(stat.rdev);
  return entry;
}

/** What was a file may be a FIFO by now, whose opening would wait for ever, or a symlink to something else. */
const AS_IT_IS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/** One line for each attribute that is not the same; empty when the trees are equal. */
export function treeDifferences(expected: TreeSnapshot, found: TreeSnapshot): string[] {
  const lines: string[] = [];
  for (const path of new Set([...expected.keys(), ...found.keys()])) {
    const a = expected.get(path);
    const b = found.get(path);
    const shown = JSON.stringify(path);
    if (a === undefined) lines.push(`${shown} is extra`);
    else if (b === undefined) lines.push(`${shown} is missing`);
    else
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
        if (a[key] !== b[key]) lines.push(`${shown}: ${key} ${a[key]} expected, ${b[key]} found`);
  }
  return lines;
}

/** In what two directories differ now. */
export function compareTrees(source: string, destination: string, options?: SnapshotOptions): string[] {
  return treeDifferences(snapshot(source, options), snapshot(destination, options));
}
