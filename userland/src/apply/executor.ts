/**
 * Applies one step of a plan, relative to the two open directories.
 *
 * Each step looks at the source again and does nothing when the plan has become old: the entry is then compared once
 * more ("again"). So steps can be late, repeated or out of order without harm.
 */
import { EntryError } from '../errors.ts';
import type { Step } from '../compare/planner.ts';
import type { Policy } from '../compare/policy.ts';
import {
  FILE_TYPE,
  isSystemError,
  type Addon,
  type ByteString,
  type CopyGroup,
  type Fd,
  type FileType,
} from '../native/addon.ts';
import { copy, verify, type Care } from './copy-file.ts';
import type { DirectoryPair } from './directory-pair.ts';
import type { InFlight } from './in-flight.ts';
import { AGAIN, did, NOTHING, type Outcome } from './outcome.ts';
import { removeTree, type Removed, type RemoveContext } from './remove-tree.ts';
import type { TempNames } from './temp-names.ts';
import { matchAttributes, writeNode } from './write-entry.ts';

export interface ExecutorContext extends RemoveContext {
  readonly addon: Addon;
  /** What this run copies and reads; cancelled at its end. */
  readonly copies: CopyGroup;
  readonly temps: TempNames;
  readonly inFlight: InFlight;
  readonly policy: Policy;
  /** Nothing is told that is not on the disk: files before their rename, directories after each change in them. */
  readonly fsync: boolean;
  /** Tell what would be done, and touch nothing. */
  readonly dryRun: boolean;
  /** The destination cannot have some extended attribute; to be told once. */
  readonly onXattrsRefused: () => void;
  /** What files' times are measured by: milliseconds since the epoch. It can be set, also backwards. */
  readonly clock: () => number;
}

/** What concerns no other directory; a link does. */
export type OwnStep = Exclude<Step, { readonly kind: 'link' }>;

/** Throws what went wrong. */
export async function applyStep(
  context: ExecutorContext,
  pair: DirectoryPair,
  step: OwnStep,
  care: Care,
): Promise<Outcome> {
  // Also where nothing turns out to be different, so the directory is left alone.
  if (step.kind === 'verify') return verify(context, pair, step.name, care);
  pair.makeWritable();
  const outcome = await carryOut(context, pair, step, care);
  if (context.fsync && outcome.kind === 'done' && outcome.did !== null)
    makeDurable(context.addon, pair.destination, step);
  return outcome;
}

/** A copy has seen to it by itself. */
function makeDurable(addon: Addon, directory: Fd, step: OwnStep): void {
  if (step.kind === 'copy') return;
  if (step.kind === 'attributes') flushFile(addon, directory, step.name);
  addon.fsync(directory);
}

/** What is no regular file, or cannot be read, is as durable as its directory. */
function flushFile(addon: Addon, directory: Fd, name: ByteString): void {
  if (addon.statAt(directory, name)?.type !== FILE_TYPE.REGULAR) return;
  let file: Fd;
  try {
    file = addon.openFile(directory, name);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return;
  }
  try {
    addon.fsync(file);
  } finally {
    addon.close(file);
  }
}

async function carryOut(
  context: ExecutorContext,
  pair: DirectoryPair,
  step: Exclude<OwnStep, { readonly kind: 'verify' }>,
  care: Care,
): Promise<Outcome> {
  const { addon } = context;
  const { name } = step;
  switch (step.kind) {
    case 'remove':
      // Seconds may have passed since the comparison; the source has the last word.
      if (!isAbsent(context, pair, name)) return AGAIN;
      return deleted(await removeTree(context, pair, name));
    case 'sweep':
      if (!context.temps.isActive(name)) sweep(addon, pair.destination, name);
      return NOTHING;
    case 'clear':
      return clear(context, pair, name, step.forDirectory);
    case 'copy':
      return copy(context, pair, name, care);
    case 'mkdir':
      return makeDirectory(addon, pair, name);
    case 'attributes':
      return matchEntry(context, pair, name, care);
    case 'symlink':
    case 'special':
    default:
      return writeSmall(context, pair, step);
  }
}

function makeDirectory(addon: Addon, pair: DirectoryPair, name: ByteString): Outcome {
  try {
    // Closed to others until it gets its attributes, after its entries.
    addon.mkdirAt(pair.destination, name, 0o700);
    return did('created-directory');
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return AGAIN;
    throw error;
  }
}

async function writeSmall(
  context: ExecutorContext,
  pair: DirectoryPair,
  step: Extract<Step, { kind: 'symlink' | 'special' }>,
): Promise<Outcome> {
  const { addon, temps } = context;
  const { name } = step;
  const wanted = addon.statAt(pair.source, name);
  if (wanted === null || !fits(step.kind, wanted.type)) return AGAIN;
  await temps.with((temp) => writeNode(context, pair, name, wanted, temp));
  return did('copied');
}

async function matchEntry(
  context: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  care: Care,
): Promise<Outcome> {
  const { addon } = context;
  const wanted = addon.statAt(pair.source, name);
  if (wanted === null || wanted.type === FILE_TYPE.DIRECTORY) return AGAIN;
  // A file of the destination that has other names, too: theirs are not to be changed with it. Its content is no other one.
  if (wanted.type === FILE_TYPE.REGULAR && wanted.nlink === 1)
    if ((addon.statAt(pair.destination, name)?.nlink ?? 1) > 1)
      return copy({ ...context, backup: null }, pair, name, care);
  return matchAttributes(context, pair, name, wanted) ? did('updated') : NOTHING;
}

function fits(kind: 'symlink' | 'special', type: FileType): boolean {
  if (kind === 'symlink') return type === FILE_TYPE.SYMLINK;
  return type !== FILE_TYPE.SYMLINK && type !== FILE_TYPE.REGULAR && type !== FILE_TYPE.DIRECTORY;
}

/** Whether the source has no such entry, or one that is excluded. */
function isAbsent({ addon, policy }: ExecutorContext, pair: DirectoryPair, name: ByteString): boolean {
  const stat = addon.statAt(pair.source, name);
  return stat === null || policy.filter.below(pair.path)(name, stat.type === FILE_TYPE.DIRECTORY);
}

function deleted({ entries, kept }: Removed): Outcome {
  return entries === 0 ? NOTHING : { ...NOTHING, did: 'deleted', entries, kept };
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
  if (wanted === null || (wanted.type === FILE_TYPE.DIRECTORY) !== forDirectory) return AGAIN;
  const found = addon.statAt(pair.destination, name);
  if (found === null || (found.type === FILE_TYPE.DIRECTORY) === forDirectory) return NOTHING;
  const excluded = context.policy.filter.below(pair.path)(name, found.type === FILE_TYPE.DIRECTORY);
  if (excluded) throw new EntryError('the destination has an excluded entry in its place');
  if (!context.policy.delete && found.type === FILE_TYPE.DIRECTORY) {
    addon.rmdirAt(pair.destination, name);
    return { ...NOTHING, did: 'deleted', entries: 1 };
  }
  const removed = await removeTree(context, pair, name);
  if (removed.kept)
    throw new EntryError('the destination has a directory with excluded entries in its place');
  return deleted(removed);
}

/** What a step would do, for a dry run. */
export function pretend(step: Step): Outcome {
  switch (step.kind) {
    case 'remove':
    case 'clear':
      return deleted({ entries: 1, kept: false });
    case 'sweep':
    case 'verify':
      return NOTHING;
    case 'mkdir':
      return did('created-directory');
    case 'attributes':
      return did('updated');
    case 'link':
      return did('linked');
    case 'copy':
    case 'symlink':
    case 'special':
    default:
      return did('copied');
  }
}
