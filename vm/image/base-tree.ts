/** What every guest's root file system holds beside programs: folders, device nodes, accounts. */
import type { ArchiveEntry } from './cpio.ts';

const directory = (path: string, mode = 0o755): ArchiveEntry => ({ kind: 'directory', path, mode });
const symlink = (path: string, target: string): ArchiveEntry => ({ kind: 'symlink', path, target });
const file = (path: string, data: string): ArchiveEntry => ({ kind: 'file', path, mode: 0o644, data });

export const BASE_TREE: readonly ArchiveEntry[] = [
  directory('bin'),
  directory('dev'),
  directory('etc'),
  directory('home'),
  directory('home/user'),
  directory('mnt'),
  directory('proc'),
  directory('root', 0o700),
  directory('run'),
  directory('sys'),
  directory('tmp', 0o1777),
  directory('usr'),
  directory('var'),
  directory('var/cache'),
  // Programs made by pkg unpack their native addons there: writable for every user, and executable.
  directory('var/cache/pkg', 0o1777),
  symlink('sbin', 'bin'),
  symlink('usr/bin', '../bin'),
  symlink('usr/sbin', '../bin'),
  symlink('var/tmp', '../tmp'),
  symlink('etc/mtab', '/proc/self/mounts'),
  // The kernel opens it for init before devtmpfs is mounted.
  { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { kind: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
  file(
    'etc/passwd',
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n' +
      'nobody:x:65534:65534:nobody:/:/bin/false\n',
  ),
  file('etc/group', 'root:x:0:\nuser:x:1000:\nnogroup:x:65534:\n'),
  file('etc/hostname', 'dirsync\n'),
];
