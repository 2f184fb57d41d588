/** One entry that is not the same on both sides, and the comparison of two sets of attributes that finds it. */
import { FILE_TYPE, type ByteString, type FileType, type Stat } from '../native/addon.ts';
import type { Excludes } from '../filter/filter.ts';
import { DIFF } from '../metadata/records.ts';

export interface Difference {
  readonly name: ByteString;
  /** Type in the source; null when only the destination has the entry. */
  readonly type: FileType | null;
  /** Bits of `DIFF`; 0 when both sides are alike. */
  readonly diff: number;
  /** Bytes of the source's entry, where it was looked at just now. */
  readonly size?: number;
  /** It is to be linked to another name of its file instead of being copied. */
  readonly join?: boolean;
  /** Size and mtime are equal, and the bytes are to be compared all the same. */
  readonly verify?: boolean;
}

/**
 * A bit of `Difference.diff` beside those of `DIFF`: extended attributes. No record has it, for nobody reads them who was not
 * told to.
 */
export const DIFF_XATTRS = 0x4000_0000;

/** The attributes that are compared; `target` is that of a symlink, else empty. */
export type Attributes = Omit<Stat, 'ino' | 'dev' | 'blocks' | 'nlink' | 'ctimeSec' | 'ctimeNsec'> & {
  readonly target: ByteString;
};

/**
 * In which of the `compared` bits the destination differs. The rules are those of `Addon.compareDirs`: another type
 * hides everything else, a directory has no size and no mtime, and a symlink has no mode.
 */
export function diffAttributes(
  source: Attributes,
  destination: Attributes | null,
  compared: number,
  mtimeSlackNs = 0,
): number {
  if (destination === null) return DIFF.MISSING;
  if (source.type !== destination.type) return DIFF.TYPE;
  const { type } = source;
  const device = type === FILE_TYPE.CHAR || type === FILE_TYPE.BLOCK;
  let diff = 0;
  if (type === FILE_TYPE.REGULAR && source.size !== destination.size) diff |= DIFF.SIZE;
  if (type !== FILE_TYPE.DIRECTORY && !sameMtime(source, destination, mtimeSlackNs)) diff |= DIFF.MTIME;
  if (type !== FILE_TYPE.SYMLINK && source.mode !== destination.mode) diff |= DIFF.MODE;
  if (source.uid !== destination.uid || source.gid !== destination.gid) diff |= DIFF.OWNER;
  if (type === FILE_TYPE.SYMLINK && source.target !== destination.target) diff |= DIFF.LINK;
  if (device && !sameDevice(source, destination)) diff |= DIFF.RDEV;
  return diff & compared;
}

type Times = Pick<Stat, 'mtimeSec' | 'mtimeNsec'>;

/** Whether they differ by at most `slackNs`; exact for 0, and to a few nanoseconds for what is far apart. */
export function sameMtime(a: Times, b: Times, slackNs = 0): boolean {
  return Math.abs((a.mtimeSec - b.mtimeSec) * 1e9 + (a.mtimeNsec - b.mtimeNsec)) <= slackNs;
}

function sameDevice(a: Attributes, b: Attributes): boolean {
  return a.rdevMajor === b.rdevMajor && a.rdevMinor === b.rdevMinor;
}

/**
 * What is left of a difference when excluded entries are nobody's business; null: nothing. An excluded entry of the
 * source is as good as missing. `destinationType` is asked only where it is not that of the source.
 */
export function restrict(
  found: Difference,
  excludes: Excludes,
  destinationType: () => FileType | null,
): Difference | null {
  const { name, type, diff } = found;
  if (type !== null && !excludes(name, type === FILE_TYPE.DIRECTORY)) return found;
  if (type !== null && (diff & DIFF.TYPE) === 0) return null;
  const other = destinationType();
  const kept = other === null || excludes(name, other === FILE_TYPE.DIRECTORY);
  return kept ? null : { name, type: null, diff: 0 };
}
