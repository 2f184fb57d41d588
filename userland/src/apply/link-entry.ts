/** Makes a name of the destination a further name of a file that is there already. */
import { sameMtime } from '../compare/difference.ts';
import { inodeKey, type InodeKey } from '../links/link-table.ts';
import { isSystemError, type Addon, type ByteString, type Stat } from '../native/addon.ts';
import type { NameAt } from './renames.ts';

/** What link(2) says where there are no hard links, no more of them, or none for us. */
export const NO_LINKS = ['EPERM', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'];

/**
 * Replaces `to` by a hard link to `from`, through the name `temp`, so that there is no moment without it. Returns false,
 * and has changed nothing, when `from` is not the file that was expected. `keep` is called before other content than that
 * of `from` is replaced. Throws a SystemError, EXDEV and EMLINK among
 * them.
 */
export function linkEntry(
  addon: Addon,
  from: NameAt,
  to: NameAt,
  expected: InodeKey,
  temp: ByteString,
  keep: () => void,
): boolean {
  addon.linkAt(from.directory, from.name, to.directory, temp);
  try {
    const made = addon.statAt(to.directory, temp);
    if (made === null || inodeKey(made.ino) !== expected) return false;
    const old = addon.statAt(to.directory, to.name);
    if (old !== null && !isAlike(old, made)) keep();
    addon.renameAt(to.directory, temp, to.directory, to.name);
    return true;
  } finally {
    dropLink(addon, to, temp);
  }
}

function isAlike(old: Stat, made: Stat): boolean {
  return old.type === made.type && old.size === made.size && sameMtime(old, made);
}

/** rename(2) between two names of one file does nothing, and leaves both. */
function dropLink(addon: Addon, to: NameAt, temp: ByteString): void {
  try {
    addon.unlinkAt(to.directory, temp);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
}
