/**
 * Removes an entry of the destination with all that is below it.
 *
 * Goes down by directory fds, so a symlink is removed and never followed. A mount point is kept: rmdir(2) says EBUSY
 * for it before it looks whether it is empty, so asking rmdir first tells without a race.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import { isSystemError, FILE_TYPE, type Addon, type ByteString, type Fd } from '../native/addon.ts';
import type { DeleteBudget } from './delete-budget.ts';

export interface RemoveContext {
  readonly addon: Addon;
  readonly budget: DeleteBudget;
  /** Stops between two entries. */
  readonly signal: AbortSignal;
}

interface Level {
  readonly directory: Fd;
  /** Names that are still there. */
  readonly names: ByteString[];
}

/** Entries between two turns of the event loop: some milliseconds. */
const BREATH = 128;

/** Returns the number of entries removed; 0 when there was none. Throws what stopped it, with the rest left in place. */
export async function removeTree(context: RemoveContext, parent: Fd, name: ByteString): Promise<number> {
  let removed = 0;
  const levels: Level[] = [{ directory: parent, names: [name] }];
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const next = level.names.at(-1);
      if (next === undefined) {
        levels.pop();
        if (level.directory !== parent) context.addon.close(level.directory);
        continue;
      }
      context.signal.throwIfAborted();
      const below = removeOne(context, level.directory, next);
      if (below === null) level.names.pop();
      else levels.push(below);
      if (below === null) removed += 1;
      if (removed % BREATH === BREATH - 1) await nextTick();
    }
    return removed;
  } finally {
    for (const level of levels) if (level.directory !== parent) context.addon.close(level.directory);
  }
}

/** Removes one entry, or opens it when it is a directory that is not empty. */
function removeOne(context: RemoveContext, directory: Fd, name: ByteString): Level | null {
  const { addon, budget } = context;
  const stat = addon.statAt(directory, name);
  if (stat === null) return null;
  if (stat.type !== FILE_TYPE.DIRECTORY) {
    budget.spend();
    addon.unlinkAt(directory, name);
    return null;
  }
  try {
    budget.spend();
    addon.rmdirAt(directory, name);
    return null;
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    budget.refund();
  }
  // Without root, entries can be removed only where the mode allows it; the directory goes away anyway.
  if ((stat.mode & 0o700) !== 0o700) addon.chmodAt(directory, name, stat.mode | 0o700);
  const below = addon.openDir(directory, name);
  try {
    return { directory: below, names: addon.listDir(below).map((entry) => entry.name) };
  } catch (error) {
    addon.close(below);
    throw error;
  }
}
