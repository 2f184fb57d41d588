/**
 * Repeats a rename of the source in the destination, so that content is not copied again.
 *
 * Only ever a short cut: both names are compared afterwards like any other, and whatever is not as it should be, for
 * example because the destination never had the old name, is repaired then.
 */
import { comparedBits, type Policy } from '../compare/policy.ts';
import { diffAttributes } from '../compare/difference.ts';
import {
  FILE_TYPE,
  isSystemError,
  RENAME,
  type Addon,
  type ByteString,
  type Fd,
  type Stat,
} from '../native/addon.ts';

export interface NameAt {
  readonly directory: Fd;
  readonly name: ByteString;
}

/**
 * Renames a directory of the destination. Whatever has the new name gets the old one (one atomic exchange), and is
 * deleted or found to belong there when that name is compared; unless `exchange` is false. Returns false when nothing was
 * renamed.
 */
export function renameDirectory(
  addon: Addon,
  from: NameAt,
  to: NameAt,
  exchange: boolean,
): 'renamed' | 'exchanged' | false {
  if (addon.statAt(from.directory, from.name)?.type !== FILE_TYPE.DIRECTORY) return false;
  const free = addon.statAt(to.directory, to.name) === null;
  if (!free && !exchange) return false;
  const flags = free ? RENAME.NOREPLACE : RENAME.EXCHANGE;
  const done = attempt(() => addon.renameAt(from.directory, from.name, to.directory, to.name, flags));
  if (!done) return false;
  return free ? 'renamed' : 'exchanged';
}

/**
 * Renames a file of the destination if what it has under the old name is what the source has under the new one now,
 * as far as the policy compares; `isMirrored` has the last word about the source's file, for two files
 * may be alike in them. `keep` is called before it replaces anything. Returns false when nothing was renamed.
 */
export function renameFile(
  addon: Addon,
  source: NameAt,
  from: NameAt,
  to: NameAt,
  policy: Policy,
  isMirrored: (file: Stat) => boolean,
  keep: () => void,
): boolean {
  const wanted = addon.statAt(source.directory, source.name);
  const found = addon.statAt(from.directory, from.name);
  if (wanted?.type !== FILE_TYPE.REGULAR || found?.type !== FILE_TYPE.REGULAR) return false;
  const diff = diffAttributes(
    { ...wanted, target: '' },
    { ...found, target: '' },
    comparedBits(policy),
    policy.mtimeSlackNs,
  );
  if (diff !== 0 || !isMirrored(wanted)) return false;
  const replaced = addon.statAt(to.directory, to.name);
  if (replaced?.type === FILE_TYPE.DIRECTORY) return false;
  if (replaced !== null) keep();
  return attempt(() => addon.renameAt(from.directory, from.name, to.directory, to.name));
}

/** False when the file system refuses: then the comparison does the work, the long way. */
function attempt(rename: () => void): boolean {
  try {
    rename();
    return true;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}
