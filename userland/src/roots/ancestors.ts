/** The way up from a directory. */
import { AT_FDCWD, type Addon, type ByteString } from '../native/addon.ts';
import { sameIdentity, type Identity } from './roots.ts';

/** Whether the directory is `path` or one of those above it, going up by `..` and so past every symlink. */
export function isAtOrAbove(addon: Addon, directory: Identity, path: ByteString): boolean {
  let at = path;
  let stat = addon.statAt(AT_FDCWD, at, true);
  while (stat !== null) {
    if (sameIdentity(stat, directory)) return true;
    at += '/..';
    const up = addon.statAt(AT_FDCWD, at, true);
    if (up === null || sameIdentity(up, stat)) return false;
    stat = up;
  }
  return false;
}

/** The path without its last component. */
export function parentPath(path: ByteString): ByteString {
  const bare = path.replace(/\/+$/, '');
  const slash = bare.lastIndexOf('/');
  if (slash === -1) return '.';
  return bare.slice(0, slash) || '/';
}
