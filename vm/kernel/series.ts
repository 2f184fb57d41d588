/** The patch series: the file `series` names the patches beside it, one a line, in the order of applying. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { contentKey, type KeyValue } from '../cache.ts';
import { UserError } from '../errors.ts';
import { changesToBuild } from './build-reads.ts';
import { applyHunks, parsePatch, touchedPaths, type FileChange } from './patch-file.ts';

export interface Patch {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly changes: readonly FileChange[];
}

export interface Series {
  readonly patches: readonly Patch[];
  /** sha256 over the patches' names and texts, in their order. */
  readonly hash: string;
  /** Every file that any of them touches, sorted. */
  readonly touched: readonly string[];
  /** The changes of files that a build reads, in their order. */
  readonly buildChanges: readonly FileChange[];
  /** sha256 over those: two series that have it in common make the same kernel. */
  readonly buildHash: string;
}

/** The series of a kernel that is not patched. */
export const NO_SERIES: Series = seriesOf([]);

/**
 * Reads the series in `dir`. Empty lines and lines that start with `#` in `series` are comments.
 *
 * @throws `UserError` `BAD_SERIES` when a file is missing or is no patch
 */
export async function readSeries(dir: string): Promise<Series> {
  const list = join(dir, 'series');
  const lines = (await read(list, list)).split('\n').map((line) => line.trim());
  const patches: Patch[] = [];
  for (const name of lines.filter((line) => line !== '' && !line.startsWith('#'))) {
    if (name !== basename(name)) throw bad(list, `${name} is no name of a file beside it`);
    const path = join(dir, name);
    const text = await read(path, list);
    const changes = parsePatch(text);
    if (changes.length === 0) throw bad(list, `${name} changes no file: it is no output of git format-patch`);
    patches.push({ name, path, text, changes });
  }
  return seriesOf(patches);
}

/** The files that the series creates, by their paths from the tree's top, as they are at its end. */
export function createdFiles(series: Series): Map<string, string> {
  const files = new Map<string, string>();
  for (const { oldPath, newPath, hunks } of series.patches.flatMap(({ changes }) => changes)) {
    if (oldPath === undefined && newPath !== undefined) files.set(newPath, applyHunks('', hunks));
    else if (newPath !== undefined && files.has(newPath))
      files.set(newPath, applyHunks(files.get(newPath) ?? '', hunks));
  }
  return files;
}

function seriesOf(patches: readonly Patch[]): Series {
  const changes = patches.flatMap((patch) => patch.changes);
  const buildChanges = changesToBuild(changes);
  return {
    patches,
    hash: contentKey(patches.map(({ name, text }) => [name, text])),
    touched: touchedPaths(changes),
    buildChanges,
    buildHash: contentKey(buildChanges.map(keyOf)),
  };
}

function keyOf({ oldPath, newPath, newMode, hunks }: FileChange): KeyValue {
  const paths = [oldPath ?? null, newPath ?? null, newMode ?? null];
  return [...paths, hunks.map(({ header, lines }) => [header, ...lines])];
}

async function read(path: string, list: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw bad(list, (error as Error).message, error);
  }
}

function bad(list: string, found: string, cause?: unknown): UserError {
  const hint = 'npm run kernel:export writes the patches and their list anew';
  return new UserError({
    code: 'BAD_SERIES',
    tried: `read the patches named in ${list}`,
    found,
    hint,
    cause,
  });
}
