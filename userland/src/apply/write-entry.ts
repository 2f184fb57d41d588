/** Symlinks, FIFOs, sockets and devices, and attributes without content: everything that is a few system calls. */
import { sameMtime } from '../compare/difference.ts';
import type { ExecutorContext } from './executor.ts';
import { FILE_TYPE, isSystemError, XATTRS, type ByteString, type Stat } from '../native/addon.ts';
import type { DirectoryPair } from './directory-pair.ts';

type WriteContext = Pick<ExecutorContext, 'addon' | 'backup' | 'policy' | 'onXattrsRefused'>;

/**
 * Makes the source's symlink, FIFO, socket or device under a temporary name and renames it over; `wanted` is the
 * source's entry.
 */
export function writeNode(
  context: WriteContext,
  pair: DirectoryPair,
  name: ByteString,
  wanted: Stat,
  temp: ByteString,
): void {
  const { addon, policy } = context;
  const { destination, source } = pair;
  const symlink = wanted.type === FILE_TYPE.SYMLINK;
  if (symlink) addon.symlinkAt(addon.readlinkAt(source, name), destination, temp);
  else addon.mknodAt(destination, temp, wanted.type, 0o600, wanted.rdevMajor, wanted.rdevMinor);
  publish(context, pair, name, temp, () => {
    if (policy.owner) addon.chownAt(destination, temp, wanted.uid, wanted.gid);
    if (policy.xattrs) copyXattrs(context, pair, name, temp);
    if (!symlink) addon.chmodAt(destination, temp, wanted.mode);
    addon.utimesAt(destination, temp, wanted.mtimeSec, wanted.mtimeNsec);
  });
}

/**
 * Sets owner, mode and mtime as the source has them; returns whether anything was to be set. The mtime of a regular
 * file is left alone: it says which content the destination has.
 */
export function matchAttributes(
  context: WriteContext,
  pair: DirectoryPair,
  name: ByteString,
  wanted: Stat,
): boolean {
  const { addon, policy } = context;
  const found = addon.statAt(pair.destination, name);
  if (found === null || found.type !== wanted.type) return false;
  let changed = false;
  if (policy.owner && (wanted.uid !== found.uid || wanted.gid !== found.gid)) {
    addon.chownAt(pair.destination, name, wanted.uid, wanted.gid);
    changed = true;
  }
  if (policy.xattrs && copyXattrs(context, pair, name, name)) changed = true;
  if (wanted.type !== FILE_TYPE.SYMLINK && (wanted.mode !== found.mode || changed)) {
    // After chown, which clears setuid and setgid, and after ACLs, which set the mode.
    addon.chmodAt(pair.destination, name, wanted.mode);
    changed = true;
  }
  if (wanted.type !== FILE_TYPE.REGULAR && !sameMtime(wanted, found, policy.mtimeSlackNs)) {
    addon.utimesAt(pair.destination, name, wanted.mtimeSec, wanted.mtimeNsec);
    changed = true;
  }
  return changed;
}

/** Makes the attributes of the destination's entry `to` those of the source's `name`; returns whether any was not. */
function copyXattrs(
  { addon, onXattrsRefused }: WriteContext,
  pair: DirectoryPair,
  name: ByteString,
  to: ByteString,
): boolean {
  const bits = addon.copyXattrs(pair.source, name, pair.destination, to);
  if ((bits & XATTRS.REFUSED) !== 0) onXattrsRefused();
  return (bits & XATTRS.CHANGED) !== 0;
}

/**
 * Finishes the entry `temp` and renames it to `name`, whose old entry is backed up before; leaves no `temp` behind when that
 * fails.
 */
export function publish(
  { addon, backup }: Pick<ExecutorContext, 'addon' | 'backup'>,
  pair: DirectoryPair,
  name: ByteString,
  temp: ByteString,
  finish: () => void,
): void {
  try {
    finish();
    backup?.keep(pair, name);
    addon.renameAt(pair.destination, temp, pair.destination, name);
  } catch (error) {
    try {
      addon.unlinkAt(pair.destination, temp);
    } catch (unlinkError) {
      if (!isSystemError(unlinkError)) throw unlinkError;
    }
    throw error;
  }
}
