/**
 * What to do about one name of a file that has several. Pure.
 *
 * One file of the destination is a group's *truth*: the one to which the content was copied last. Every name is made a
 * name of it, and only ever by taking over what is there: so when content was copied to one name, nothing is copied for
 * the others.
 */
import { DIFF } from '../metadata/records.ts';
import { isIncomplete, type InodeKey, type LinkGroup } from './link-table.ts';

/** What the destination has under the name. */
export interface LinkedEntry {
  /** `DIFF` bits against the source; RACY when equal size and mtime prove nothing. */
  readonly diff: number;
  /** Those bits that tell of another content, for its type. */
  readonly content: number;
  /** null when there is nothing of that name and type. */
  readonly file: InodeKey | null;
  /** Its links. */
  readonly links: number;
  /** Nothing has been written to the source since the truth was copied, as far as anybody can tell. */
  readonly sure: boolean;
  /** The file is the truth of another group. */
  readonly taken: boolean;
}

export type LinkDecision =
  /** It is as it should be. */
  | 'keep'
  /** It is equal, and nothing is the truth yet: it is from now on. */
  | 'adopt'
  /** Make it a name of the truth. */
  | 'join'
  /** Copy the content to it, which makes that the truth. */
  | 'write'
  /** Set its attributes, and with that those of all names. */
  | 'update';

const ABSENT = DIFF.MISSING | DIFF.TYPE;

/** `join` is only good if a name of the truth can be found that is equal to the source; if none is, `write`. */
export function decideLink(group: LinkGroup<object>, entry: LinkedEntry): LinkDecision {
  const { diff, file } = entry;
  const joined = group.truth !== null && file === group.truth;
  if ((diff & (ABSENT | entry.content)) !== 0)
    return group.truth !== null && !joined && entry.sure ? 'join' : 'write';
  if (joined || group.truth === null) {
    if (entry.taken) return 'write';
    if (diff === 0) return joined ? 'keep' : 'adopt';
    // More links than there are names of ours: somebody else's file would change, too.
    return entry.links > ours(group) ? 'write' : 'update';
  }
  return 'join';
}

/** Links that a file of the destination may have without being shared with strangers. */
function ours(group: LinkGroup<object>): number {
  return isIncomplete(group) ? group.links : group.names.length;
}
