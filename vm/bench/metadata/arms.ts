/** The ways to learn metadata that are compared, by the names that metadata.c and node-arms.ts of test/bench give them. */

/** `call`: one call a file; `list`: all of one directory; `join`: two directories, compared; `node`: the same, from JavaScript. */
export type Kind = 'call' | 'list' | 'join' | 'node';

export interface Arm {
  readonly id: string;
  /** As tables and plots have it. */
  readonly label: string;
  readonly kind: Kind;
}

/** In the order of tables. */
export const ARMS: readonly Arm[] = [
  { id: 'getppid', label: 'getppid', kind: 'call' },
  { id: 'stat', label: 'stat', kind: 'call' },
  { id: 'dirsync_stat', label: 'dirsync_stat (451)', kind: 'call' },
  { id: 'newfstatat', label: 'newfstatat', kind: 'call' },
  { id: 'statx', label: 'statx', kind: 'call' },
  { id: 'getdents64', label: 'getdents64, names only', kind: 'list' },
  { id: 'list-names', label: 'dirsync_list, names only', kind: 'list' },
  { id: 'getdents64+newfstatat', label: 'getdents64 + newfstatat', kind: 'list' },
  { id: 'getdents64+statx', label: 'getdents64 + statx', kind: 'list' },
  { id: 'list', label: 'dirsync_list', kind: 'list' },
  { id: 'join-newfstatat', label: 'getdents64 + 2 newfstatat', kind: 'join' },
  { id: 'join-cwd', label: 'getdents64 + lstat + newfstatat', kind: 'join' },
  { id: 'join-statx', label: 'getdents64 + 2 statx', kind: 'join' },
  { id: 'diff', label: 'dirsync_diff', kind: 'join' },
  { id: 'node-lstat', label: 'Node, fs.promises.lstat', kind: 'node' },
  { id: 'node-lstatSync', label: 'Node, fs.lstatSync', kind: 'node' },
  { id: 'addon-statx', label: "the syncer's addon, statx", kind: 'node' },
  { id: 'addon-kernel', label: "the syncer's addon, dirsync_diff", kind: 'node' },
];

/** What a call of ours is to be measured against: the best of the others. */
export interface Comparison {
  readonly ours: string;
  readonly others: readonly string[];
  readonly label: string;
}

export const COMPARISONS: readonly Comparison[] = [
  { ours: 'dirsync_stat', others: ['stat'], label: 'stat : dirsync_stat' },
  { ours: 'list-names', others: ['getdents64'], label: 'getdents64 : dirsync_list' },
  { ours: 'list', others: ['getdents64+statx'], label: 'getdents64 + statx : dirsync_list' },
  {
    ours: 'diff',
    others: ['join-newfstatat', 'join-cwd', 'join-statx'],
    label: 'best C join : dirsync_diff',
  },
  {
    ours: 'addon-kernel',
    others: ['node-lstatSync', 'node-lstat'],
    label: "Node's lstat : addon, dirsync_diff",
  },
  { ours: 'addon-kernel', others: ['addon-statx'], label: 'addon, statx : addon, dirsync_diff' },
];

export function armOf(id: string): Arm {
  const arm = ARMS.find((candidate) => candidate.id === id);
  if (arm === undefined) throw new Error(`no arm is called ${id}`);
  return arm;
}
