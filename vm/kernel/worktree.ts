/**
 * A build tree: the pristine tree of a source as hard links, in which the series' files are replaced.
 *
 *     <cache>/work/<name>/lock          held while anything here changes (the name: `treeName` in layout.ts)
 *                        /linux/        the tree
 *                        /linux/build/  make's O=
 *                        /patched.json  the paths in linux/ that are not links to the pristine tree
 *
 * Making it takes two seconds and no space. A link must never be written through, since that would change the pristine
 * tree: files are replaced by rename only. make writes to build/ alone.
 */
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { mustRun } from '../host/tool.ts';
import type { Flavour } from './layout.ts';
import { findSeed, plantSeed } from './seed.ts';
import type { KernelSource } from './source/source.ts';

export interface Worktree {
  /** Folder of everything about it. */
  readonly dir: string;
  /** The tree to build. */
  readonly linux: string;
  /** make's output folder: inside the tree, so that every path in the build is relative (see build.ts). */
  readonly build: string;
}

/**
 * Opens the tree of `source` in `dir`, making it first when needed, from a similar tree's objects if there is one. The
 * caller holds the lock of `dir`.
 */
export async function openWorktree(
  source: KernelSource,
  dir: string,
  flavour: Flavour,
  ctx: Context,
): Promise<Worktree> {
  const linux = join(dir, 'linux');
  if (!existsSync(linux)) {
    const unfinished = join(dir, 'linux.new');
    await rm(unfinished, { recursive: true, force: true });
    await rm(join(dir, 'patched.json'), { force: true });
    await mustRun('cp', ['-al', '--', source.tree, unfinished], { signal: ctx.signal });
    const seed = await findSeed(dir, flavour);
    const patched = seed === undefined ? undefined : await plantSeed(unfinished, dir, seed, ctx);
    if (patched !== undefined) {
      await writeFile(join(dir, 'patched.json'), JSON.stringify(patched));
      ctx.events.emit({ kind: 'note', text: `started from the objects of ${basename(seed ?? '')}` });
    }
    await rename(unfinished, linux);
  }
  return { dir, linux, build: join(linux, 'build') };
}

/** The paths, from the tree's top, that an earlier `replaceFiles` may have changed. */
export async function patchedPaths(worktree: Worktree): Promise<string[]> {
  const record = join(worktree.dir, 'patched.json');
  return existsSync(record) ? (JSON.parse(await readFile(record, 'utf8')) as string[]) : [];
}

/**
 * Makes the tree equal to the pristine one but for `patched`, whose files are taken from the same paths below `from`
 * (absent there means absent in the tree). Files that have their content and mode already keep their time, so that
 * make rebuilds only what differs.
 *
 * @returns the paths that changed
 */
export async function replaceFiles(
  worktree: Worktree,
  source: KernelSource,
  patched: readonly string[],
  from: string,
): Promise<string[]> {
  const before = await patchedPaths(worktree);
  const record = join(worktree.dir, 'patched.json');
  // First the union: if we are stopped half-way, the next run still knows each file that may have changed.
  await writeFile(record, JSON.stringify([...new Set([...before, ...patched])]));
  const changed: string[] = [];
  for (const path of new Set([...before, ...patched])) {
    const wanted = join(patched.includes(path) ? from : source.tree, path);
    if (await replaceFile(wanted, join(worktree.linux, path))) changed.push(path);
  }
  await writeFile(record, JSON.stringify(patched));
  return changed;
}

async function replaceFile(wanted: string, present: string): Promise<boolean> {
  if (await sameFile(wanted, present)) return false;
  if (!existsSync(wanted)) {
    await rm(present);
    return true;
  }
  await mkdir(dirname(present), { recursive: true });
  const fresh = `${present}.dirsync-new`;
  await copyFile(wanted, fresh);
  await chmod(fresh, (await stat(wanted)).mode);
  await rename(fresh, present);
  return true;
}

async function sameFile(a: string, b: string): Promise<boolean> {
  if (!existsSync(a) || !existsSync(b)) return existsSync(a) === existsSync(b);
  const [statA, statB] = await Promise.all([stat(a), stat(b)]);
  if (statA.mode !== statB.mode || statA.size !== statB.size) return false;
  return (await readFile(a)).equals(await readFile(b));
}
