/** Looks through a directory of the destination before it is moved as a whole. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { FILE_TYPE, isSystemError, type Addon, type ByteString, type Fd } from '../native/addon.ts';
import type { Policy } from '../compare/policy.ts';
import { joinPath, type RelativePath } from '../report.ts';
import { openBelow } from './directories.ts';

export interface MeasureContext {
  readonly addon: Addon;
  readonly policy: Pick<Policy, 'filter'>;
  /** Stops between two directories. */
  readonly signal: AbortSignal;
}

/** Directories between two turns of the event loop. */
const BREATH = 32;

/**
 * How many entries it is, itself included; null when it has to be gone through entry by entry: something in it is excluded,
 * cannot be read, or is another file system.
 */
export async function measureTree(
  context: MeasureContext,
  parent: Fd,
  parentPath: RelativePath,
  name: ByteString,
): Promise<number | null> {
  const { addon, policy, signal } = context;
  const { dev } = addon.statFd(parent);
  const pending: { readonly names: readonly ByteString[]; readonly path: RelativePath }[] = [
    { names: [name], path: joinPath(parentPath, name) },
  ];
  let entries = 1;
  for (let seen = 1; pending.length > 0; seen += 1) {
    const { names, path } = pending.pop() as (typeof pending)[number];
    signal.throwIfAborted();
    const directory = tryOpen(addon, parent, names);
    if (directory === null) return null;
    try {
      if (addon.statFd(directory).dev !== dev) return null;
      const excludes = policy.filter.below(path);
      for (const entry of addon.listDir(directory)) {
        const isDirectory = entry.type === FILE_TYPE.DIRECTORY;
        if (excludes(entry.name, isDirectory)) return null;
        entries += 1;
        if (isDirectory) pending.push({ names: [...names, entry.name], path: joinPath(path, entry.name) });
      }
    } finally {
      addon.close(directory);
    }
    if (seen % BREATH === 0) await nextTick();
  }
  return entries;
}

function tryOpen(addon: Addon, root: Fd, names: readonly ByteString[]): Fd | null {
  try {
    return openBelow(addon, root, names);
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
