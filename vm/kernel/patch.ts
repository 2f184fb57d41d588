/**
 * The patch stage: applies the series with GNU patch to copies of the files that it touches, then copies the results
 * into the build tree. They are kept in the cache: the trees of all flavours get the same.
 *
 * Offsets are accepted, since 6.1 and 6.1.y differ in line numbers, and reported; fuzz, which is context that does not
 * match, is refused.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, stat, chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { runStage } from '../events.ts';
import { runTool } from '../host/tool.ts';
import type { Patch, Series } from './series.ts';
import type { KernelSource } from './source/source.ts';
import { replaceFiles, type Worktree } from './worktree.ts';

/**
 * Brings the worktree to pristine plus `series`. The caller holds the worktree's lock.
 *
 * @throws `UserError` `PATCH_FAILED` with the patch, the file, the hunk and the reject; the tree is then unchanged
 */
export async function patchWorktree(
  worktree: Worktree,
  source: KernelSource,
  series: Series,
  ctx: Context,
): Promise<void> {
  const detail = `${series.patches.length} patches to Linux ${source.version}`;
  await runStage(ctx.events, 'patch', detail, async () => {
    const { tree, moved } = await patchedFiles(source, series, ctx);
    const changed = await replaceFiles(worktree, source, series.touched, tree);
    const offsets = moved === 0 ? '' : `, ${moved} hunks at other lines`;
    return {
      outcome: changed.length === 0 ? 'cached' : 'done',
      detail: `${detail}: ${changed.length} files changed${offsets}`,
      value: undefined,
    };
  });
}

export interface PatchedFiles {
  /** Folder with the files that the series touches and leaves, at their paths; its content must not be changed. */
  readonly tree: string;
  /** How many hunks applied at another line than their own. */
  readonly moved: number;
}

/**
 * The files that the series touches, with all of it applied to `source`.
 *
 * @throws `UserError` `PATCH_FAILED`
 */
export async function patchedFiles(
  source: KernelSource,
  series: Series,
  ctx: Context,
): Promise<PatchedFiles> {
  const inputs = { source: source.sha256, series: series.hash };
  const { dir } = await ctx.cache.produce('patched', inputs, async (entry) => {
    const moved = await applySeries(source, series, join(entry, 'linux'), ctx);
    await writeFile(join(entry, 'moved'), String(moved));
  });
  return { tree: join(dir, 'linux'), moved: Number(await readFile(join(dir, 'moved'), 'utf8')) };
}

/** Puts them into the new folder `dest`; returns how many hunks moved. */
async function applySeries(
  source: KernelSource,
  series: Series,
  dest: string,
  ctx: Context,
): Promise<number> {
  await mkdir(dest, { recursive: true });
  for (const path of series.touched) {
    const original = join(source.tree, path);
    if (!existsSync(original)) continue;
    const copy = join(dest, path);
    await mkdir(dirname(copy), { recursive: true });
    await copyFile(original, copy);
    await chmod(copy, (await stat(original)).mode | 0o200);
  }
  let moved = 0;
  for (const patch of series.patches) moved += await applyPatch(patch, dest, source, ctx);
  return moved;
}

async function applyPatch(patch: Patch, dest: string, source: KernelSource, ctx: Context): Promise<number> {
  const reject = `${dest}.rej`;
  const args = [
    '-p1',
    '--batch',
    '--forward',
    '--fuzz=0',
    '--no-backup-if-mismatch',
    `--reject-file=${reject}`,
  ];
  const result = await runTool('patch', [...args, '-d', dest], {
    signal: ctx.signal,
    input: patch.text,
    env: { LC_ALL: 'C' },
  });
  if (result.exitCode !== 0) throw await patchFailed(patch, source, result.all, reject);
  return result.all.match(/^Hunk #\d+ succeeded at .*offset/gm)?.length ?? 0;
}

async function patchFailed(
  patch: Patch,
  source: KernelSource,
  output: string,
  reject: string,
): Promise<UserError> {
  const said = output.trimEnd().split('\n');
  const failure = said.findIndex((line) =>
    /FAILED|can't find file|malformed|Reversed|already exists/.test(line),
  );
  // GNU patch names the file on a line of its own, before what it says of the hunks.
  const file = said
    .slice(0, failure + 1)
    .flatMap((line) => /^(?:patching file |.* would create the file )([^,]+)/.exec(line)?.[1] ?? [])
    .at(-1);
  const named = file === undefined ? '' : `${file}: `;
  const rejected = existsSync(reject) ? `\n${(await readFile(reject, 'utf8')).trimEnd()}` : '';
  return new UserError({
    code: 'PATCH_FAILED',
    tried: `apply ${patch.name} to Linux ${source.version} (${source.from})`,
    found: `${named}${said[failure] ?? said.join('\n')}${rejected}`,
    hint: 'npm run kernel:edit, rebase the series there, npm run kernel:export',
  });
}
