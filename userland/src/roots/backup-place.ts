/** Where `--backup-dir` is, checked before anything is touched: what is refused, and what of the destination it takes up. */
import { quote, type SyncError } from '../errors.ts';
import {
  AT_FDCWD,
  FILE_TYPE,
  isSystemError,
  type Addon,
  type ByteString,
  type Fd,
  type Stat,
} from '../native/addon.ts';
import { isAtOrAbove } from './ancestors.ts';
import { refused } from './refused.ts';
import { sameIdentity, type RootPaths } from './roots.ts';

export interface BackupPlace {
  /** The directory, as a path to open; it may not exist yet. */
  readonly path: ByteString;
  /** The entry of the destination in which it lies, or which it is; null: it lies elsewhere. */
  readonly reserved: ByteString | null;
}

/** The path of what was given as `--backup-dir`. */
export function backupPath({ destination }: RootPaths, dir: ByteString): ByteString {
  const path = dir.startsWith('/') ? dir : `${destination.replace(/\/+$/, '')}/${dir}`;
  return path.replace(/\/+$/, '') || '/';
}

/** How the directory was found: the part of its path that exists, and the names that do not. */
interface Found {
  readonly existing: ByteString;
  readonly stat: Stat;
  readonly missing: readonly ByteString[];
}

/**
 * `dir` is relative to the destination, which is open as `destination`. Throws a SyncError with exit code 3, and creates
 * nothing.
 */
export function findBackupPlace(
  addon: Addon,
  paths: RootPaths,
  source: Stat,
  destination: Fd,
  dir: ByteString,
): BackupPlace {
  const path = backupPath(paths, dir);
  const refuse = (code: string, found: string, hint: string): SyncError =>
    refused(code, `keep backups in ${quote(path)}`, found, hint);
  const root = addon.statFd(destination);
  const found = findExisting(addon, path);
  if (found === null || found.stat.type !== FILE_TYPE.DIRECTORY || found.missing.includes('..'))
    throw refuse('BACKUP_NO_DIRECTORY', 'it is no directory and none can be made there', OWN_DIRECTORY);
  const { existing, stat, missing } = found;
  if (isAtOrAbove(addon, source, existing))
    throw refuse('BACKUP_IN_SOURCE', 'it lies inside the source', OWN_DIRECTORY);
  const isAbove =
    missing.length === 0 &&
    [paths.source, paths.destination].some((below) => isAtOrAbove(addon, stat, below));
  if (isAbove)
    throw refuse('BACKUP_ABOVE', 'it is the destination, or has one of the two inside', OWN_DIRECTORY);
  if (!isReachable(addon, destination, existing, stat.dev === root.dev))
    throw refuse(
      'BACKUP_ELSEWHERE',
      'it is on another file system than the destination, where nothing can be renamed to',
      'choose a directory on that of the destination',
    );
  const reserved = topmost(addon, destination, root, found);
  if (reserved !== null && addon.statAt(AT_FDCWD, `${paths.source}/${reserved}`) !== null)
    throw refuse(
      'BACKUP_NAME_TAKEN',
      `the source has ${quote(reserved)}, too, which could not be mirrored then`,
      'choose a name that the source does not have',
    );
  return { path, reserved };
}

const OWN_DIRECTORY = 'choose a directory of its own';

function findExisting(addon: Addon, path: ByteString): Found | null {
  const missing: ByteString[] = [];
  let existing = path;
  for (;;) {
    let stat: Stat | null;
    try {
      stat = addon.statAt(AT_FDCWD, existing, true);
    } catch (error) {
      if (isSystemError(error, 'ENOTDIR', 'ELOOP')) return null;
      throw error;
    }
    if (stat !== null) return { existing, stat, missing };
    const slash = existing.lastIndexOf('/');
    const name = existing.slice(slash + 1);
    if (name !== '' && name !== '.') missing.unshift(name);
    existing = slash === -1 ? '.' : existing.slice(0, slash) || '/';
  }
}

/** The kernel says that a rename would leave the mount before it looks for what is to be renamed: so none has to be tried. */
function isReachable(addon: Addon, destination: Fd, path: ByteString, sameDevice: boolean): boolean {
  if (!sameDevice) return false;
  const directory = addon.openRoot(path);
  try {
    addon.renameAt(destination, PROBE, directory, PROBE);
  } catch (error) {
    return !isSystemError(error, 'EXDEV');
  } finally {
    addon.close(directory);
  }
  return true;
}

/** Longer than any name. */
const PROBE = 'x'.repeat(300);

/** The name in the destination on the way to the directory; going up by `..`, and so past every symlink. */
function topmost(
  addon: Addon,
  destination: Fd,
  root: Stat,
  { existing, stat, missing }: Found,
): ByteString | null {
  if (sameIdentity(stat, root)) return missing[0] ?? null;
  let below = stat;
  for (let at = `${existing}/..`; ; at += '/..') {
    const up = addon.statAt(AT_FDCWD, at, true);
    if (up === null || sameIdentity(up, below)) return null;
    if (sameIdentity(up, root)) return nameOf(addon, destination, below);
    below = up;
  }
}

function nameOf(addon: Addon, directory: Fd, child: Stat): ByteString | null {
  for (const { name } of addon.listDir(directory)) {
    const stat = addon.statAt(directory, name);
    if (stat !== null && sameIdentity(stat, child)) return name;
  }
  return null;
}
