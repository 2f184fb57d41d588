/** Directories that a person has named and that may have to be made. */
import { dirname } from 'node:path';
import { AT_FDCWD, isSystemError, type Addon, type ByteString, type Fd } from '../native/addon.ts';

/** Opens the directory at any path; makes it, and those above it, if it is missing. Throws a SystemError. */
export function openOrMake(addon: Addon, path: ByteString, fsync: boolean): Fd {
  try {
    return addon.openRoot(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  for (let end = path.indexOf('/', 1); end !== -1; end = path.indexOf('/', end + 1))
    make(addon, path.slice(0, end), fsync);
  make(addon, path, fsync);
  return addon.openRoot(path);
}

function make(addon: Addon, path: ByteString, fsync: boolean): void {
  if (addon.statAt(AT_FDCWD, path, true) !== null) return;
  addon.mkdirAt(AT_FDCWD, path, 0o700);
  if (fsync) flush(addon, dirname(path));
}

/** Makes the entries of a directory durable. */
export function flush(addon: Addon, path: ByteString): void {
  const directory = addon.openRoot(path);
  try {
    addon.fsync(directory);
  } finally {
    addon.close(directory);
  }
}
