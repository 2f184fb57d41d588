/** `npm run kernel:export`: writes the commits of an edited git tree back as the series. */
import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { runStage } from '../events.ts';
import { EDIT_DIR } from './edit.ts';
import { BASE_TAG, git } from './git.ts';

export interface ExportOptions {
  /** A tree that `editKernel` made; default `EDIT_DIR`. */
  readonly dir?: string;
  /** The folder of the series. */
  readonly seriesDir: string;
}

/**
 * What keeps a patch the same when nothing of it changed: no commit hashes, no git version, no "1/4" that changes with
 * the number of patches, blob hashes of one length.
 */
const STABLE = ['--zero-commit', '--no-signature', '--no-numbered', '--abbrev=12', '--no-renames'];

/**
 * Replaces the patches in the series' folder by the tree's commits, and writes their list. Files whose content stays are
 * not touched. Returns the patches' names.
 *
 * @throws `UsageError` `NO_EDIT_TREE`, or `UNCOMMITTED` when the tree has changes that no patch would hold
 */
export async function exportKernel(options: ExportOptions, ctx: Context): Promise<string[]> {
  const dir = resolve(options.dir ?? EDIT_DIR);
  const { seriesDir } = options;
  const tried = `export the commits of ${dir}`;
  if (!existsSync(join(dir, '.git'))) {
    const hint = `npm run kernel:edit ${dir}`;
    throw new UsageError({ code: 'NO_EDIT_TREE', tried, found: 'there is no git tree', hint });
  }
  const uncommitted = await git(dir, ['status', '--porcelain', '--untracked-files=normal'], ctx);
  if (uncommitted !== '') {
    const hint = `git -C ${dir} commit --amend, or git -C ${dir} stash`;
    throw new UsageError({ code: 'UNCOMMITTED', tried, found: uncommitted.trimEnd(), hint });
  }
  return runStage(ctx.events, 'patch', tried, () =>
    ctx.cache.scratch(async (scratch) => {
      await git(
        dir,
        ['format-patch', '--quiet', ...STABLE, '--output-directory', scratch, `${BASE_TAG}..`],
        ctx,
      );
      const names = (await readdir(scratch)).toSorted();
      for (const old of await readdir(seriesDir)) {
        if (old.endsWith('.patch') && !names.includes(old)) await rm(join(seriesDir, old));
      }
      for (const name of names) await copyIfOther(join(scratch, name), join(seriesDir, name));
      await writeList(join(seriesDir, 'series'), names);
      return { outcome: 'done', detail: `${names.length} patches in ${seriesDir}`, value: names };
    }),
  );
}

async function copyIfOther(from: string, to: string): Promise<void> {
  if (existsSync(to) && (await readFile(from)).equals(await readFile(to))) return;
  await copyFile(from, to);
}

/** Keeps the comment at the head of the list. */
async function writeList(list: string, names: readonly string[]): Promise<void> {
  const before = existsSync(list) ? (await readFile(list, 'utf8')).split('\n') : [];
  const end = before.findIndex((line) => !line.startsWith('#'));
  await writeFile(list, `${[...before.slice(0, Math.max(end, 0)), ...names].join('\n')}\n`);
}
