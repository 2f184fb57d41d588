/**
 * Refuses pairs of one run that would feed or fight each other: one that writes where another one reads or writes.
 *
 * Directories are compared as what they are, whatever the paths to them look like. A destination may be missing: it is
 * then known by what is there of its path, and by the names that are not.
 */
import { EXIT, quote, SyncError } from '../errors.ts';
import { AT_FDCWD, isSystemError, type Addon, type ByteString } from '../native/addon.ts';
import { isAtOrAbove, parentPath } from './ancestors.ts';
import { sameIdentity, type Identity, type RootPaths } from './roots.ts';

export interface NamedRoots {
  readonly name: string;
  readonly roots: RootPaths;
  /** Where its backups go; null: nowhere, the default. */
  readonly backup?: ByteString | null;
}

/** A root with words for it. */
interface Placed {
  readonly place: Place | null;
  readonly called: string;
}

/** Where a path leads. */
interface Place {
  /** As much of the path as is there. */
  readonly at: ByteString;
  readonly identity: Identity;
  /** The names that are not. */
  readonly missing: readonly ByteString[];
}

/** Throws a SyncError with exit code 3, before anything is touched. */
export function refuseOverlaps(addon: Addon, pairs: readonly NamedRoots[]): void {
  const place = ({ name, roots }: NamedRoots, side: 'source' | 'destination'): Placed => ({
    place: placeOf(addon, roots[side]),
    called: `the ${side} ${quote(roots[side])} of [${name}]`,
  });
  const placed = pairs.map((pair) => ({
    source: place(pair, 'source'),
    destination: place(pair, 'destination'),
    backup: {
      place: pair.backup === undefined || pair.backup === null ? null : placeOf(addon, pair.backup),
      called: `the backup ${quote(pair.backup ?? '')} of [${pair.name}]`,
    },
  }));
  for (const [at, one] of placed.entries())
    for (const other of placed.slice(at + 1)) {
      refuseOverlap(addon, other.destination, one.destination);
      refuseOverlap(addon, one.destination, other.source);
      refuseOverlap(addon, other.destination, one.source);
      for (const [a, b] of [
        [one, other],
        [other, one],
      ] as const)
        for (const root of [b.source, b.destination]) refuseOverlap(addon, a.backup, root);
    }
}

function refuseOverlap(addon: Addon, one: Placed, other: Placed): void {
  if (one.place === null || other.place === null) return;
  const inside = isInside(addon, one.place, other.place);
  const around = isInside(addon, other.place, one.place);
  if (!inside && !around) return;
  const relation = inside && around ? 'is' : inside ? 'lies inside' : 'contains';
  throw new SyncError(EXIT.ROOTS, 'PAIRS_OVERLAP', {
    tried: 'synchronize these pairs side by side',
    found: `${one.called} ${relation} ${other.called}`,
    hint: 'no pair may write where another one reads or writes',
  });
}

/** Whether it is the same place, or below it. */
function isInside(addon: Addon, inner: Place, outer: Place): boolean {
  if (outer.missing.length === 0) return isAtOrAbove(addon, outer.identity, inner.at);
  return (
    sameIdentity(outer.identity, inner.identity) &&
    outer.missing.every((name, at) => inner.missing[at] === name)
  );
}

/** null for a path that cannot be followed: who opens it says why. */
function placeOf(addon: Addon, path: ByteString): Place | null {
  const missing: ByteString[] = [];
  let at = path;
  try {
    for (;;) {
      const identity = addon.statAt(AT_FDCWD, at, true);
      if (identity !== null) return { at, identity, missing };
      const above = parentPath(at);
      if (above === at) return null;
      missing.unshift(
        at
          .replace(/\/+$/, '')
          .slice(above === '.' ? 0 : above.length)
          .replace(/^\/+/, ''),
      );
      at = above;
    }
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}
