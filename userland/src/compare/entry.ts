/** Compares one name on both sides, relative to the two directories. */
import { FILE_TYPE, type Addon, type ByteString, type Fd, type Stat } from '../native/addon.ts';
import { comparedBits, type Policy } from './policy.ts';
import type { Excludes } from '../filter/filter.ts';
import { diffAttributes, restrict, type Attributes, type Difference } from './difference.ts';

/** A difference, and what it was found from. */
export interface EntryComparison extends Difference {
  readonly source: Stat | null;
  readonly destination: Stat | null;
}

/**
 * How the entry differs in what the policy compares, as bits of `DIFF`; null when neither side has it, or when it is
 * excluded. `destination` is -1 when its directory does not exist. Throws a SystemError when either side cannot be looked at.
 */
export function compareEntry(
  addon: Addon,
  source: Fd,
  destination: Fd,
  name: ByteString,
  policy: Policy,
  excludes: Excludes,
): EntryComparison | null {
  const wanted = addon.statAt(source, name);
  const found = destination === -1 ? null : addon.statAt(destination, name);
  const rest = restrict(
    difference(addon, source, destination, name, policy, wanted, found),
    excludes,
    () => found?.type ?? null,
  );
  if (rest === null) return null;
  // An excluded entry of the source is as good as missing.
  return { ...rest, source: rest.type === null ? null : wanted, destination: found };
}

function difference(
  addon: Addon,
  source: Fd,
  destination: Fd,
  name: ByteString,
  policy: Policy,
  wanted: Stat | null,
  found: Stat | null,
): Difference {
  if (wanted === null) return { name, type: null, diff: 0 };
  const diff = diffAttributes(
    withTarget(addon, source, name, wanted),
    found === null ? null : withTarget(addon, destination, name, found),
    comparedBits(policy),
    policy.mtimeSlackNs,
  );
  return { name, type: wanted.type, diff, size: wanted.size };
}

/** All that is compared of an entry of which `stat` is known: with its target, if it is a symlink. */
export function withTarget(
  addon: Addon,
  directory: Fd,
  name: ByteString,
  stat: Stat,
): Stat & Pick<Attributes, 'target'> {
  return { ...stat, target: stat.type === FILE_TYPE.SYMLINK ? addon.readlinkAt(directory, name) : '' };
}
