/**
 * Applies one step of a plan, relative to the two open directories.
 *
 * Each step looks at the source again and does nothing when the plan has become old: the entry is then compared once
 * more ("again"). So steps can be late, repeated or out of order without harm.
 */
import type { Step } from '../compare/planner.ts';
import type { Policy } from '../compare/policy.ts';
import {
  FILE_TYPE,
  isSystemError,
  type Addon,
  type ByteString,
  type Fd,
  type FileType,
  type Stat,
} from '../native/addon.ts';
import type { DirectoryPair } from './directory-pair.ts';
import { removeTree, type RemoveContext } from './remove-tree.ts';
import type { TempNames } from './temp-names.ts';
import { matchAttributes, writeSpecial, writeSymlink } from './write-entry.ts';

export interface DoneOutcome {
  readonly kind: 'done';
  /** What was done; null when nothing was left to do. */
  readonly did: 'copied' | 'created-directory' | 'updated' | 'deleted' | null;
  /** Bytes of data moved. */
  readonly bytes: number;
  /** Entries deleted. */
  readonly entries: number;
  /** The regular file that was copied, as it was. */
  readonly source: Stat | null;
  /** It was copied so soon after a change that a further one may not show: to be copied once more. */
  readonly racy: boolean;
}

export type Outcome =
  | DoneOutcome
  /** The source has changed, or is too young to tell; compare again at `due` (milliseconds since the epoch). */
  | { readonly kind: 'again'; readonly due: number };

export interface ExecutorContext extends RemoveContext {
  readonly addon: Addon;
  readonly temps: TempNames;
  readonly policy: Policy;
  /** fsync each file before its rename. */
  readonly fsync: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Timestamps of Linux 6.1 advance once a timer tick (4 ms at HZ=250, 10 ms at HZ=100): within a tick, a second write
 * leaves no trace in them. A file is copied only when its last change is two of the longest ticks ago; from then on
 * every write shows.
 */
export const RACY_MS = 20;

const NOTHING: DoneOutcome = { kind: 'done', did: null, bytes: 0, entries: 0, source: null, racy: false };

function did(what: 'copied' | 'created-directory' | 'updated'): Outcome {
  return { ...NOTHING, did: what };
}

/** `patient`: whether a file that is too young may be put off. Throws what went wrong. */
export async function applyStep(
  context: ExecutorContext,
  pair: DirectoryPair,
  step: Step,
  patient: boolean,
): Promise<Outcome> {
  pair.makeWritable();
  const { addon } = context;
  const { name } = step;
  switch (step.kind) {
    case 'remove':
      // Seconds may have passed since the comparison; the source has the last word.
      if (addon.statAt(pair.source, name) !== null) return { kind: 'again', due: context.now() };
      return deleted(await removeTree(context, pair.destination, name));
    case 'sweep':
      if (!context.temps.isActive(name)) sweep(addon, pair.destination, name);
      return NOTHING;
    case 'clear':
      return clear(context, pair, name, step.forDirectory);
    case 'copy':
      return copy(context, pair, name, patient);
    case 'mkdir':
      return makeDirectory(addon, pair, name, context.now());
    case 'symlink':
    case 'special':
    case 'attributes':
    default:
      return writeSmall(context, pair, step);
  }
}

function makeDirectory(addon: Addon, pair: DirectoryPair, name: ByteString, now: number): Outcome {
  try {
    // Closed to others until it gets its attributes, after its entries.
    addon.mkdirAt(pair.destination, name, 0o700);
    return did('created-directory');
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return { kind: 'again', due: now };
    throw error;
  }
}

async function writeSmall(
  context: ExecutorContext,
  pair: DirectoryPair,
  step: Extract<Step, { kind: 'symlink' | 'special' | 'attributes' }>,
): Promise<Outcome> {
  const { addon, policy, temps } = context;
  const { name } = step;
  const wanted = addon.statAt(pair.source, name);
  if (wanted === null || !fits(step.kind, wanted.type)) return { kind: 'again', due: context.now() };
  if (step.kind === 'attributes')
    return matchAttributes(addon, pair, name, wanted, policy) ? did('updated') : NOTHING;
  const write = step.kind === 'symlink' ? writeSymlink : writeSpecial;
  await temps.with((temp) => write(addon, pair, name, wanted, temp, policy));
  return did('copied');
}

function fits(kind: 'symlink' | 'special' | 'attributes', type: FileType): boolean {
  if (kind === 'symlink') return type === FILE_TYPE.SYMLINK;
  if (kind === 'attributes') return type !== FILE_TYPE.DIRECTORY;
  return type !== FILE_TYPE.SYMLINK && type !== FILE_TYPE.REGULAR && type !== FILE_TYPE.DIRECTORY;
}

function deleted(entries: number): Outcome {
  return entries === 0 ? NOTHING : { ...NOTHING, did: 'deleted', entries };
}

function sweep(addon: Addon, directory: Fd, name: ByteString): void {
  try {
    addon.unlinkAt(directory, name);
  } catch (error) {
    // A person's directory of such a name is left alone, and so is what has gone by itself.
    if (!isSystemError(error, 'EISDIR', 'ENOENT')) throw error;
  }
}

/** Makes room. What a rename replaces by itself stays until then, so that a reader always finds something. */
async function clear(
  context: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  forDirectory: boolean,
): Promise<Outcome> {
  const { addon } = context;
  const wanted = addon.statAt(pair.source, name);
  if (wanted === null || (wanted.type === FILE_TYPE.DIRECTORY) !== forDirectory)
    return { kind: 'again', due: context.now() };
  const found = addon.statAt(pair.destination, name);
  if (found === null || (found.type === FILE_TYPE.DIRECTORY) === forDirectory) return NOTHING;
  if (!context.policy.delete && found.type === FILE_TYPE.DIRECTORY) {
    addon.rmdirAt(pair.destination, name);
    return { ...NOTHING, did: 'deleted', entries: 1 };
  }
  return deleted(await removeTree(context, pair.destination, name));
}

async function copy(
  context: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  patient: boolean,
): Promise<Outcome> {
  const { addon, policy, fsync } = context;
  const source = addon.statAt(pair.source, name);
  const now = context.now();
  if (source === null || source.type !== FILE_TYPE.REGULAR) return { kind: 'again', due: now };
  const changedAt = source.ctimeSec * 1000 + source.ctimeNsec / 1e6;
  // A change in the future (another machine's clock) says nothing about the tick that we are in.
  const racy = changedAt <= now + RACY_MS && changedAt > now - RACY_MS;
  if (racy && patient) return { kind: 'again', due: changedAt + RACY_MS };
  const result = await context.temps.with((temp) =>
    addon.copyFile(pair.source, name, pair.destination, temp, {
      finalName: name,
      owner: policy.owner,
      fsync,
    }),
  );
  if (result.changed) return { kind: 'again', due: context.now() };
  return { kind: 'done', did: 'copied', bytes: result.bytes, entries: 0, source: result.source, racy };
}

/** What a step would do, for a dry run. */
export function pretend(step: Step): Outcome {
  switch (step.kind) {
    case 'remove':
    case 'clear':
      return deleted(1);
    case 'sweep':
      return NOTHING;
    case 'mkdir':
      return did('created-directory');
    case 'attributes':
      return did('updated');
    case 'copy':
    case 'symlink':
    case 'special':
    default:
      return did('copied');
  }
}
