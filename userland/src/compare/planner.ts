/**
 * What to do about a difference, as data. Pure.
 *
 * A step names an entry and a kind of work, never attributes or content: whoever applies it looks at the source again,
 * so that a plan that has become old does no harm.
 */
import { FILE_TYPE, type ByteString, type FileType } from '../native/addon.ts';
import { DIFF } from '../metadata/records.ts';
import type { Difference } from './difference.ts';
import type { Policy } from './policy.ts';
import { isReserved } from './reserved.ts';

export type Step =
  /** Remove what the source does not have, with all below it. */
  | { readonly kind: 'remove'; readonly name: ByteString }
  /** Remove what another dirsync has left behind. */
  | { readonly kind: 'sweep'; readonly name: ByteString }
  /** Remove what is in the way and cannot be replaced by a rename: a directory, or whatever a directory replaces. */
  | { readonly kind: 'clear'; readonly name: ByteString; readonly forDirectory: boolean }
  /** Write content and attributes of a regular file. */
  | { readonly kind: 'copy'; readonly name: ByteString }
  /** Make it a further name of the file that has its content already. */
  | { readonly kind: 'link'; readonly name: ByteString }
  /** Read it on both sides, and copy it if the bytes differ. */
  | { readonly kind: 'verify'; readonly name: ByteString }
  | { readonly kind: 'mkdir'; readonly name: ByteString }
  | { readonly kind: 'symlink'; readonly name: ByteString }
  /** Make a FIFO, socket or device. */
  | { readonly kind: 'special'; readonly name: ByteString }
  /** Set mode, owner and, where it is not content's witness, mtime. */
  | { readonly kind: 'attributes'; readonly name: ByteString };

/** The steps, in their order, that make the destination's entry equal to the source's; none when it is so already. */
export function planEntry(difference: Difference, policy: Policy): Step[] {
  const { name, type, diff } = difference;
  if (isReserved(name)) return type === null ? [{ kind: 'sweep', name }] : [];
  if (type === null) return policy.delete ? [{ kind: 'remove', name }] : [];
  const directory = type === FILE_TYPE.DIRECTORY;
  if (difference.join === true && (diff & DIFF.TYPE) === 0) return [{ kind: 'link', name }];
  if (difference.verify === true && (diff & contentBits(type)) === 0 && (diff & CREATION) === 0) {
    const verify: Step = { kind: 'verify', name };
    return diff === 0 ? [verify] : [verify, { kind: 'attributes', name }];
  }
  if (diff === 0 || (directory && policy.flat)) return [];
  if ((diff & DIFF.MISSING) !== 0) return [creation(difference, type)];
  if ((diff & DIFF.TYPE) !== 0)
    return [{ kind: 'clear', name, forDirectory: directory }, creation(difference, type)];
  // A directory gets its attributes after its entries, when it has been worked through itself.
  if (directory) return [];
  if ((diff & contentBits(type)) !== 0) return [creation(difference, type)];
  return [{ kind: 'attributes', name }];
}

const CREATION = DIFF.MISSING | DIFF.TYPE;

function creation({ name, join }: Difference, type: FileType): Step {
  if (join === true) return { kind: 'link', name };
  if (type === FILE_TYPE.REGULAR) return { kind: 'copy', name };
  if (type === FILE_TYPE.DIRECTORY) return { kind: 'mkdir', name };
  return type === FILE_TYPE.SYMLINK ? { kind: 'symlink', name } : { kind: 'special', name };
}

/** The bits for which an entry is made anew: mtime stands for the content of regular files, and of those only. */
export function contentBits(type: FileType): number {
  if (type === FILE_TYPE.REGULAR) return DIFF.SIZE | DIFF.MTIME | DIFF.RACY;
  return type === FILE_TYPE.SYMLINK ? DIFF.LINK : DIFF.RDEV;
}

/** The bit for an entry that is to be made anew though it looks equal. */
export function anewBit(type: FileType): number {
  if (type === FILE_TYPE.REGULAR) return DIFF.RACY;
  return contentBits(type);
}
