/** Opens the two roots, and refuses pairs that would destroy something, before anything is touched. */
import { dirname } from 'node:path';
import { describeError, quote } from '../errors.ts';
import {
  AT_FDCWD,
  FILE_TYPE,
  isSystemError,
  type Addon,
  type ByteString,
  type Fd,
  type Stat,
} from '../native/addon.ts';
import { isReserved } from '../compare/reserved.ts';
import type { Filter } from '../filter/filter.ts';
import { isAtOrAbove, parentPath } from './ancestors.ts';
import { findBackupPlace } from './backup-place.ts';
import { flush } from './open-or-make.ts';
import { refused } from './refused.ts';
import { Roots, sameIdentity, type RootPaths } from './roots.ts';

export interface OpenRootsOptions {
  /** An empty source may empty a destination that is not. */
  readonly allowEmpty: boolean;
  /** Whether this run deletes at all. */
  readonly delete: boolean;
  /** What does not count when it is asked whether a root is empty. */
  readonly filter: Filter;
  /** Where backups go, relative to the destination; null: there are none. */
  readonly backupDir: ByteString | null;
  /** Nothing is created and nothing locked. */
  readonly dryRun: boolean;
  /** A destination that is made survives a power cut. */
  readonly fsync: boolean;
}

/** Throws a SyncError with exit code 3 for a pair that is refused. Creates the last component of the destination. */
export function openRoots(addon: Addon, paths: RootPaths, options: OpenRootsOptions): Roots {
  try {
    return checkAndOpen(addon, paths, options);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const where = error.path ?? paths.source;
    throw refused(
      'ROOT_UNREADABLE',
      `look at ${quote(where)}`,
      describeError(error),
      `to see who may: namei -l ${quote(where)}`,
    );
  }
}

function checkAndOpen(addon: Addon, paths: RootPaths, options: OpenRootsOptions): Roots {
  const source = statDirectory(addon, 'source', paths.source);
  if (source === null)
    throw refused('SOURCE_MISSING', `read the source ${quote(paths.source)}`, 'no such directory');
  const existing = statDirectory(addon, 'destination', paths.destination);
  refuseNested(addon, paths, source, existing);
  const destination = openDestination(addon, paths.destination, existing, options);
  try {
    if (destination !== -1 && !options.dryRun) lock(addon, destination, paths.destination);
    const backup =
      options.backupDir === null || destination === -1
        ? null
        : findBackupPlace(addon, paths, source, destination, options.backupDir);
    const reserved = backup?.reserved ?? null;
    const filter = reserved === null ? options.filter : options.filter.reserving(reserved);
    if (destination !== -1 && options.delete && !options.allowEmpty)
      refuseEmptied(addon, paths, destination, filter);
    return new Roots(addon, paths, source, destination, { made: existing === null, backup });
  } catch (error) {
    if (destination !== -1) addon.close(destination);
    if (destination !== -1 && existing === null) addon.rmdirAt(AT_FDCWD, paths.destination);
    throw error;
  }
}

function statDirectory(addon: Addon, side: string, path: ByteString): Stat | null {
  const tried = `open the ${side} ${quote(path)}`;
  let stat: Stat | null;
  try {
    stat = addon.statAt(AT_FDCWD, path, true);
  } catch (error) {
    throw refused('ROOT_UNREADABLE', tried, describeError(error));
  }
  if (stat === null || stat.type === FILE_TYPE.DIRECTORY) return stat;
  throw refused('ROOT_NOT_A_DIRECTORY', tried, 'it is no directory', 'name two directories');
}

function refuseNested(addon: Addon, paths: RootPaths, source: Stat, destination: Stat | null): void {
  const tried = `synchronize ${quote(paths.source)} to ${quote(paths.destination)}`;
  if (destination !== null && sameIdentity(source, destination))
    throw refused('ROOTS_EQUAL', tried, 'both are the same directory', 'choose another destination');
  const above = destination === null ? parentPath(paths.destination) : paths.destination;
  const parent = addon.statAt(AT_FDCWD, above, true);
  if (parent === null)
    throw refused(
      'DESTINATION_PARENT_MISSING',
      `create the destination ${quote(paths.destination)}`,
      `${quote(above)} does not exist either`,
      `create it first: mkdir -p ${quote(above)}`,
    );
  if (isAtOrAbove(addon, source, above))
    throw refused(
      'ROOTS_NESTED',
      tried,
      'the destination lies inside the source',
      'choose another destination',
    );
  if (destination !== null && isAtOrAbove(addon, destination, paths.source))
    throw refused(
      'ROOTS_NESTED',
      tried,
      'the source lies inside the destination',
      'choose another destination',
    );
}

function openDestination(
  addon: Addon,
  path: ByteString,
  existing: Stat | null,
  { dryRun, fsync }: OpenRootsOptions,
): Fd {
  try {
    if (existing === null) {
      if (dryRun) return -1;
      // Closed to others until its attributes are set, after its content.
      addon.mkdirAt(AT_FDCWD, path, 0o700);
      if (fsync) flush(addon, dirname(path));
    }
    return addon.openRoot(path);
  } catch (error) {
    throw refused('ROOT_UNREADABLE', `open the destination ${quote(path)}`, describeError(error));
  }
}

function lock(addon: Addon, destination: Fd, path: ByteString): void {
  if (addon.tryLock(destination)) return;
  throw refused(
    'DESTINATION_LOCKED',
    `lock the destination ${quote(path)}`,
    'another dirsync is at work on it',
    'stop that one first',
  );
}

function refuseEmptied(addon: Addon, paths: RootPaths, destination: Fd, filter: Filter): void {
  let source: Fd;
  try {
    source = addon.openRoot(paths.source);
  } catch (error) {
    throw refused('ROOT_UNREADABLE', `open the source ${quote(paths.source)}`, describeError(error));
  }
  try {
    if (!isEmpty(addon, source, filter) || isEmpty(addon, destination, filter)) return;
  } finally {
    addon.close(source);
  }
  throw refused(
    'SOURCE_EMPTY',
    `make ${quote(paths.destination)} a replica of ${quote(paths.source)}`,
    'the source is empty and the destination is not (is something not mounted?)',
    'to empty the destination: --allow-empty',
  );
}

function isEmpty(addon: Addon, directory: Fd, filter: Filter): boolean {
  const ignored = filter.below('');
  return addon
    .listDir(directory)
    .every((entry) => isReserved(entry.name) || ignored(entry.name, entry.type === FILE_TYPE.DIRECTORY));
}
