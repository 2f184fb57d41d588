/**
 * Opens a directory below a root, component by component.
 *
 * No component is ever followed when it is a symlink, so a parent that somebody flips to a symlink meanwhile leads
 * nowhere outside; and a path may be longer than PATH_MAX.
 */
import { isSystemError, type Addon, type ByteString, type Fd } from '../native/addon.ts';

type BeforeStep = (directory: Fd, name: ByteString) => void;

/** Opens the directory at `names` below `root`, which stays open. Throws a SystemError. */
export function openBelow(addon: Addon, root: Fd, names: readonly ByteString[], beforeStep?: BeforeStep): Fd {
  let at = addon.openDir(root, '.');
  for (const name of names) {
    try {
      beforeStep?.(at, name);
      const next = addon.openDir(at, name);
      addon.close(at);
      at = next;
    } catch (error) {
      addon.close(at);
      throw error;
    }
  }
  return at;
}

/**
 * As `openBelow`, for directories of the destination: one that we may not enter is opened up first, for its owner may
 * always do that. Its mode becomes the source's again when the directory is finished; `opened` is told which.
 */
export function openOwnBelow(
  addon: Addon,
  root: Fd,
  names: readonly ByteString[],
  opened: (depth: number) => void,
): Fd {
  try {
    return openBelow(addon, root, names);
  } catch (error) {
    if (!isSystemError(error, 'EACCES')) throw error;
  }
  let depth = 0;
  return openBelow(addon, root, names, (directory, name) => {
    depth += 1;
    const stat = addon.statAt(directory, name);
    if (stat === null || (stat.mode & 0o700) === 0o700) return;
    addon.chmodAt(directory, name, stat.mode | 0o700);
    opened(depth);
  });
}
