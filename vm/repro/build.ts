/**
 * Builds everything anew, as somebody else would: in a process of its own, from a copy of the checkout and with an empty
 * cache in another folder, so that nothing, not even an object out of ccache, comes from an earlier build. Only Linux's
 * pristine source and the npm packages are shared.
 */
import { cp, mkdir, readdir, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Context } from '../context.ts';
import { mustRun, runTool } from '../host/tool.ts';
import { CHECKOUT } from '../paths.ts';

export interface Rebuild {
  /** Where to build: a folder that does not exist, on the file system of the user's own cache. */
  readonly folder: string;
  /** make's -j. */
  readonly jobs: number;
  /** Build as this user; only root can ask for that. */
  readonly user?: string;
  /** Folder of the project; one within the checkout is taken from its copy. */
  readonly projectDir: string;
  /** Further arguments of `vm:build`: which source and kernel. */
  readonly args: readonly string[];
}

/** Absolute paths of what was built, by the names that `vm:build` prints: bzImage, vmlinux, initramfs, dirsync. */
export type Built = ReadonlyMap<string, string>;

/** Parts of the cache that hold sources and no result of ours. */
const SOURCES = ['kernel-source', 'kernel-request'];

/** What of `vm:build`'s results is compared. */
export const RESULTS: readonly string[] = ['bzImage', 'vmlinux', 'initramfs', 'dirsync'];

/**
 * @throws `InfraError` `TOOL_FAILED` with what the build said
 */
export async function rebuild(build: Rebuild, ctx: Context): Promise<Built> {
  const { folder, jobs, user, projectDir, args } = build;
  const { signal } = ctx;
  const [cacheDir, checkout] = [join(folder, 'cache'), join(folder, 'checkout')];
  await mkdir(cacheDir, { recursive: true });
  await copyCheckout(checkout);
  const sources = SOURCES.map((name) => join(ctx.cache.root, name));
  // Who is not the owner of a file may not link to it.
  const how = user === undefined ? '-al' : '-a';
  await mustRun('cp', [how, '--', ...sources, cacheDir], { signal });
  if (user !== undefined) await mustRun('chown', ['-hR', `${user}:`, folder], { signal });
  const as = user === undefined ? [] : ['setpriv', ...(await identity(user, ctx))];
  const command = [
    ...as,
    process.execPath,
    join(checkout, 'vm', 'main.ts'),
    'build',
    ...args,
    '--project',
    inCopy(projectDir, checkout),
    '--jobs',
    `${jobs}`,
  ];
  const [program = '', ...rest] = command;
  const result = await mustRun(program, rest, {
    signal,
    cwd: checkout,
    env: { DIRSYNC_CACHE_DIR: cacheDir, HOME: cacheDir },
  });
  return new Map(
    result.stdout.split('\n').flatMap((line) => {
      const [name = '', path] = line.split(/\s+/, 2);
      return path !== undefined && RESULTS.includes(name) ? [[name, path] as const] : [];
    }),
  );
}

/** What is at the top of a checkout and is no source. */
const LEFT_OUT: ReadonlySet<string> = new Set(['.git', '.tap', 'build', 'node_modules']);

/** @param copy a path that does not exist */
export async function copyCheckout(copy: string): Promise<void> {
  await mkdir(copy, { recursive: true });
  const names = (await readdir(CHECKOUT)).filter((name) => !LEFT_OUT.has(name));
  await Promise.all(
    names.map(async (name) =>
      cp(join(CHECKOUT, name), join(copy, name), { recursive: true, verbatimSymlinks: true }),
    ),
  );
  await symlink(join(CHECKOUT, 'node_modules'), join(copy, 'node_modules'));
}

function inCopy(path: string, copy: string): string {
  const below = relative(CHECKOUT, path);
  return below.startsWith('..') ? path : join(copy, below);
}

/** setpriv's arguments to become `user`: by numbers, as groups are called otherwise than their users. */
async function identity(user: string, ctx: Context): Promise<string[]> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (option) => mustRun('id', [option, user], { signal: ctx.signal })),
  );
  return [`--reuid=${uid?.stdout.trim()}`, `--regid=${gid?.stdout.trim()}`, '--init-groups', '--'];
}

/** Why there is no build as another user on this machine; undefined when there can be one. */
export async function whyNoOtherUser(user: string, ctx: Context): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can build as another user';
  const test = [...(await identity(user, ctx)), 'test'];
  for (const path of [join(CHECKOUT, 'package.json'), process.execPath, ctx.cache.root]) {
    const { exitCode } = await runTool('setpriv', [...test, '-r', path], { signal: ctx.signal });
    if (exitCode !== 0) return `${user} may not read ${path}`;
  }
  return undefined;
}
