/** What a run compares and what it may do about a difference. */
import type { Filter } from '../filter/filter.ts';
import { DIFF } from '../metadata/records.ts';

export interface Policy {
  /** Delete what the source does not have. */
  readonly delete: boolean;
  /** Only what lies directly in the roots; directories are left alone. */
  readonly flat: boolean;
  /** Judge content by size, and do not compare attributes at all. */
  readonly sizeOnly: boolean;
  /** Modification times that differ by no more are equal; nanoseconds. */
  readonly mtimeSlackNs: number;
  /** Entries that are neither mirrored nor deleted. */
  readonly filter: Filter;
  /** Compare and set uid and gid; only root can. */
  readonly owner: boolean;
  /** Compare and copy extended attributes and ACLs. */
  readonly xattrs: boolean;
  /** Where a whole directory is compared, read files that seem equal. */
  readonly checksum: boolean;
}

/** The `DIFF` bits that this policy compares, beside MISSING and TYPE, which always are. */
export function comparedBits(policy: Policy): number {
  const content = DIFF.SIZE | DIFF.LINK | DIFF.RDEV;
  if (policy.sizeOnly) return content;
  return content | DIFF.MTIME | DIFF.MODE | (policy.owner ? DIFF.OWNER : 0);
}
