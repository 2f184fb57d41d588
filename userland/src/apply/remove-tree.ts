/**
 * Removes an entry of the destination with all that is below it, or moves it into the backup.
 *
 * Goes down by directory fds, so a symlink is removed and never followed. A mount point is kept: rmdir(2) says EBUSY
 * for it before it looks whether it is empty, so asking rmdir first tells without a race.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import { isSystemError, FILE_TYPE, type Addon, type ByteString, type Fd } from '../native/addon.ts';
import type { Policy } from '../compare/policy.ts';
import type { Excludes } from '../filter/filter.ts';
import type { Backup, Where } from './backup.ts';
import type { DeleteBudget } from './delete-budget.ts';
import { joinPath } from '../report.ts';
import { measureTree } from './measure-tree.ts';

export interface RemoveContext {
  readonly addon: Addon;
  readonly budget: DeleteBudget;
  readonly policy: Pick<Policy, 'filter'>;
  /** Where what is removed is kept; null: nowhere. */
  readonly backup: Backup | null;
  /** Stops between two entries. */
  readonly signal: AbortSignal;
}

export interface Removed {
  readonly entries: number;
  /** Something below is excluded, and so the entry itself is still there. */
  readonly kept: boolean;
}

interface Level extends Where {
  /** Names that are still there. */
  readonly names: ByteString[];
  /** It cannot be removed, for something in it is excluded. */
  kept: boolean;
}

/** Entries between two turns of the event loop: some milliseconds. */
const BREATH = 128;

/** What was removed; nothing when there was no such entry. Throws what stopped it, with the rest left in place. */
export async function removeTree(context: RemoveContext, parent: Where, name: ByteString): Promise<Removed> {
  let entries = 0;
  const { addon } = context;
  const top: Level = { destination: parent.destination, path: parent.path, names: [name], kept: false };
  const levels = [top];
  try {
    for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
      const next = level.names.at(-1);
      if (next === undefined) {
        levels.pop();
        if (level !== top) addon.close(level.destination);
        const above = levels.at(-1);
        if (level.kept && above !== undefined) {
          above.kept = true;
          above.names.pop();
        }
        continue;
      }
      context.signal.throwIfAborted();
      const removed = await removeOne(context, level, next);
      if (typeof removed === 'number') {
        level.names.pop();
        entries += removed;
      } else levels.push(removed);
      if (entries % BREATH === BREATH - 1) await nextTick();
    }
    return { entries, kept: top.kept };
  } finally {
    for (const level of levels) if (level !== top) addon.close(level.destination);
  }
}

/** Removes one entry and returns how many that were, or opens it when it is a directory to be gone through. */
async function removeOne(context: RemoveContext, level: Level, name: ByteString): Promise<Level | number> {
  const { addon, backup, budget, policy } = context;
  const directory = level.destination;
  const stat = addon.statAt(directory, name);
  if (stat === null) return 1;
  if (stat.type !== FILE_TYPE.DIRECTORY) {
    budget.spend();
    if (backup === null) addon.unlinkAt(directory, name);
    else backup.move(level, name);
    return 1;
  }
  const moved = backup === null ? 0 : await moveWhole(context, backup, level, name);
  if (moved > 0) return moved;
  try {
    budget.spend();
    addon.rmdirAt(directory, name);
    return 1;
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    budget.refund();
  }
  // Without root, entries can be removed only where the mode allows it; the directory goes away anyway.
  if ((stat.mode & 0o700) !== 0o700) addon.chmodAt(directory, name, stat.mode | 0o700);
  const below = addon.openDir(directory, name);
  const path = joinPath(level.path, name);
  try {
    return { destination: below, path, ...removable(addon, below, policy.filter.below(path)) };
  } catch (error) {
    addon.close(below);
    throw error;
  }
}

/** Moves a directory into the backup by one rename; returns the number of entries, 0 if it has to go entry by entry. */
async function moveWhole(
  context: RemoveContext,
  backup: Backup,
  level: Level,
  name: ByteString,
): Promise<number> {
  const { budget } = context;
  const entries = await measureTree(context, level.destination, level.path, name);
  if (entries === null) return 0;
  budget.spend(entries);
  let moved = false;
  try {
    moved = backup.moveTree(level, name);
  } finally {
    if (!moved) budget.refund(entries);
  }
  return moved ? entries : 0;
}

function removable(addon: Addon, directory: Fd, excludes: Excludes): Pick<Level, 'names' | 'kept'> {
  const all = addon.listDir(directory);
  const names = all
    .filter((entry) => !excludes(entry.name, entry.type === FILE_TYPE.DIRECTORY))
    .map((entry) => entry.name);
  return { names, kept: names.length < all.length };
}
