/** Symlinks, FIFOs, sockets and devices, and attributes without content: everything that is a few system calls. */
import { sameMtime } from '../compare/difference.ts';
import type { Policy } from '../compare/policy.ts';
import { FILE_TYPE, isSystemError, type Addon, type ByteString, type Stat } from '../native/addon.ts';
import type { DirectoryPair } from './directory-pair.ts';

/**
 * Makes the source's symlink, FIFO, socket or device under a temporary name and renames it over; `wanted` is the
 * source's entry.
 */
export function writeNode(
  addon: Addon,
  pair: DirectoryPair,
  name: ByteString,
  wanted: Stat,
  temp: ByteString,
  policy: Policy,
): void {
  const { destination, source } = pair;
  const symlink = wanted.type === FILE_TYPE.SYMLINK;
  if (symlink) addon.symlinkAt(addon.readlinkAt(source, name), destination, temp);
  else addon.mknodAt(destination, temp, wanted.type, 0o600, wanted.rdevMajor, wanted.rdevMinor);
  publish(addon, pair, name, temp, () => {
    if (policy.owner) addon.chownAt(destination, temp, wanted.uid, wanted.gid);
    if (!symlink) addon.chmodAt(destination, temp, wanted.mode);
    addon.utimesAt(destination, temp, wanted.mtimeSec, wanted.mtimeNsec);
  });
}

/**
 * Sets owner, mode and mtime as the source has them; returns whether anything was to be set. The mtime of a regular
 * file is left alone: it says which content the destination has.
 */
export function matchAttributes(
  addon: Addon,
  pair: DirectoryPair,
  name: ByteString,
  wanted: Stat,
  policy: Policy,
): boolean {
  const found = addon.statAt(pair.destination, name);
  if (found === null || found.type !== wanted.type) return false;
  let changed = false;
  if (policy.owner && (wanted.uid !== found.uid || wanted.gid !== found.gid)) {
    addon.chownAt(pair.destination, name, wanted.uid, wanted.gid);
    changed = true;
  }
  if (wanted.type !== FILE_TYPE.SYMLINK && (wanted.mode !== found.mode || changed)) {
    // After chown, which clears setuid and setgid.
    addon.chmodAt(pair.destination, name, wanted.mode);
    changed = true;
  }
  if (wanted.type !== FILE_TYPE.REGULAR && !sameMtime(wanted, found, policy.mtimeSlackNs)) {
    addon.utimesAt(pair.destination, name, wanted.mtimeSec, wanted.mtimeNsec);
    changed = true;
  }
  return changed;
}

/** Finishes the entry `temp` and renames it to `name`; leaves no `temp` behind when that fails. */
function publish(
  addon: Addon,
  pair: DirectoryPair,
  name: ByteString,
  temp: ByteString,
  finish: () => void,
): void {
  try {
    finish();
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
