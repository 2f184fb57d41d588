/** What a destination may look like at any moment between two states: each entry as it was or as it will be, never between. */
import { isReserved } from '../../../userland/src/compare/reserved.ts';
import type { TreeSnapshot } from '../tree.ts';

type Entry = Readonly<Record<string, string>>;

export interface WholeOptions {
  /** Entries may be at other places than they were, and will be: renames are repeated. Default false. */
  readonly moved?: boolean;
}

/** The paths of unfinished files, which a restart has to sweep. */
export function leftovers(found: TreeSnapshot): string[] {
  return [...found.keys()].filter((path) => isReserved(path.slice(path.lastIndexOf('/') + 1)));
}

/**
 * One line for each entry of `found` that is neither whole as in `before` nor whole as in `after`, and for each that is
 * missing though both have it.
 *
 * What is allowed between: a directory is closed to others, or has a time of its own; attributes are changed one after
 * the other where content is not; so are hard links; a directory makes place for what is none, and the other way round.
 */
export function notWhole(
  before: TreeSnapshot,
  after: TreeSnapshot,
  found: TreeSnapshot,
  { moved = false }: WholeOptions = {},
): string[] {
  const unfinished = new Set(leftovers(found));
  const lines: string[] = [];
  const everything = moved ? [...before.values(), ...after.values()] : [];
  for (const [path, entry] of found) {
    if (unfinished.has(path)) continue;
    const known = moved ? everything : [before.get(path), after.get(path)].filter((one) => one !== undefined);
    if (!known.some((one) => isWhole(entry, one)) && !isBetween(entry, before.get(path), after.get(path)))
      lines.push(`${JSON.stringify(path)} is neither old nor new: ${JSON.stringify(entry)}`);
  }
  for (const [path, old] of before) {
    const fresh = after.get(path);
    if (fresh === undefined || found.has(path) || isDirectory(old) !== isDirectory(fresh)) continue;
    lines.push(`${JSON.stringify(path)} is missing`);
  }
  return lines;
}

function isWhole(entry: Entry, known: Entry): boolean {
  if (isDirectory(entry)) return isDirectory(known) && isAsClosed(entry, known);
  return keysOf(entry, known).every((key) => entry[key] === known[key]);
}

/** All but which names are those of one file: they are linked one after the other. */
function keysOf(...entries: readonly Entry[]): string[] {
  const all: Entry = Object.assign({}, ...entries);
  return Object.keys(all).filter((key) => key !== 'names');
}

/** Attributes are on their way from one state to the other; what the entry holds is the same in both. */
function isBetween(entry: Entry, old: Entry | undefined, fresh: Entry | undefined): boolean {
  if (old === undefined || fresh === undefined || isDirectory(entry)) return false;
  return keysOf(entry, old, fresh).every((key) =>
    ATTRIBUTES.has(key)
      ? entry[key] === old[key] || entry[key] === fresh[key]
      : entry[key] === old[key] && entry[key] === fresh[key],
  );
}

const ATTRIBUTES: ReadonlySet<string> = new Set(['mode', 'owner', 'mtime']);

function isDirectory(entry: Entry): boolean {
  return (Number.parseInt(entry['mode'] ?? '', 8) & 0o170000) === 0o040000;
}

/** Group and others may do no more than they will be allowed to. */
function isAsClosed(entry: Entry, known: Entry): boolean {
  const [is, may] = [entry, known].map((one) => Number.parseInt(one['mode'] ?? '', 8) & 0o077);
  return ((is ?? 0) & ~(may ?? 0)) === 0;
}
