/**
 * `npm run kernel:edit`: unpacks the kernel as a git tree with the series as commits, to be changed with git's own means
 * (commit, rebase --interactive) and written back by export.ts.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { UsageError, UserError } from '../errors.ts';
import { runStage } from '../events.ts';
import { lastLines, mustRun } from '../host/tool.ts';
import { CHECKOUT } from '../paths.ts';
import { BASE_TAG, git, tryGit } from './git.ts';
import { readSeries, type Series } from './series.ts';
import type { KernelSource } from './source/source.ts';

/** Where the tree goes unless said otherwise: inside the checkout, ignored by git. */
export const EDIT_DIR = join(CHECKOUT, 'build', 'linux');

export interface EditOptions {
  readonly source: KernelSource;
  /** Must not exist; default `EDIT_DIR`. */
  readonly dir?: string;
  /** The folder of the series. */
  readonly seriesDir: string;
}

/**
 * Makes the git tree and returns its absolute path. Takes about half a minute, most of it git's reading of the tree.
 *
 * @throws `UsageError` `DIR_EXISTS`, `UserError` `PATCH_FAILED`; nothing is left behind then
 */
export async function editKernel(options: EditOptions, ctx: Context): Promise<string> {
  const dir = resolve(options.dir ?? EDIT_DIR);
  if (existsSync(dir)) {
    throw new UsageError({
      code: 'DIR_EXISTS',
      tried: `unpack the kernel with the series into ${dir}`,
      found: 'it exists, and may hold work of yours',
      hint: `npm run kernel:export ${dir}, then rm -rf ${dir}`,
    });
  }
  const series = await readSeries(options.seriesDir);
  const detail = `git tree with ${series.patches.length} patches in ${dir}`;
  return runStage(ctx.events, 'patch', detail, async () => {
    const unfinished = `${dir}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(dirname(dir), { recursive: true });
    try {
      await makeTree(unfinished, options.source, series, ctx);
      await rename(unfinished, dir);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
    return { outcome: 'done', detail, value: dir };
  });
}

async function makeTree(dir: string, source: KernelSource, series: Series, ctx: Context): Promise<void> {
  // A copy and no links: here somebody edits in place.
  await mustRun('cp', ['-a', '--reflink=auto', '--', source.tree, dir], { signal: ctx.signal });
  await ignoreNoNewFiles(join(dir, '.gitignore'));
  await git(dir, ['init', '--quiet', '--initial-branch=dirsync'], ctx);
  // --force: the tree's .gitignore names files that are in its tarball.
  await git(dir, ['add', '--all', '--force', '.'], ctx);
  await git(dir, ['commit', '--quiet', '--no-verify', '-m', `Linux ${source.version}`], ctx);
  await git(dir, ['tag', BASE_TAG], ctx);
  for (const patch of series.patches) {
    const result = await tryGit(dir, ['am', '--quiet', '--whitespace=nowarn', patch.path], ctx);
    if (result.exitCode === 0) continue;
    throw new UserError({
      code: 'PATCH_FAILED',
      tried: `git am ${patch.name} on Linux ${source.version}`,
      found: lastLines(result.all, 8),
    });
  }
}

/**
 * Debian's package ignores all of the tree but debian/. A new file would be left out of its commit, and so of the series,
 * without a word.
 */
async function ignoreNoNewFiles(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const rules = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, rules.filter((rule) => rule !== '/*' && rule !== '!/debian/').join('\n'));
}
