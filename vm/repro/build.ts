/**
 * Builds everything anew, as somebody else would: in a process of its own, with an empty cache in another folder, so that
 * nothing, not even an object out of ccache, comes from an earlier build. Only Linux's pristine source is shared.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { mustRun, runTool } from '../host/tool.ts';
import { CHECKOUT } from '../paths.ts';

export interface Rebuild {
  /** The cache to build in: a folder that does not exist, on the file system of the user's own cache. */
  readonly cacheDir: string;
  /** make's -j. */
  readonly jobs: number;
  /** Build as this user; only root can ask for that. */
  readonly user?: string;
  /** Arguments of `vm:build`: which source, project and kernel. */
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
export async function rebuild({ cacheDir, jobs, user, args }: Rebuild, ctx: Context): Promise<Built> {
  const { signal } = ctx;
  await mkdir(cacheDir, { recursive: true });
  const sources = SOURCES.map((name) => join(ctx.cache.root, name));
  // Who is not the owner of a file may not link to it.
  const how = user === undefined ? '-al' : '-a';
  await mustRun('cp', [how, '--', ...sources, cacheDir], { signal });
  if (user !== undefined) await mustRun('chown', ['-R', `${user}:`, cacheDir], { signal });
  const as = user === undefined ? [] : ['setpriv', ...(await identity(user, ctx))];
  const command = [
    ...as,
    process.execPath,
    join(CHECKOUT, 'vm', 'main.ts'),
    'build',
    ...args,
    '--jobs',
    `${jobs}`,
  ];
  const [program = '', ...rest] = command;
  const result = await mustRun(program, rest, {
    signal,
    cwd: CHECKOUT,
    env: { DIRSYNC_CACHE_DIR: cacheDir, HOME: cacheDir },
  });
  return new Map(
    result.stdout.split('\n').flatMap((line) => {
      const [name = '', path] = line.split(/\s+/, 2);
      return path !== undefined && RESULTS.includes(name) ? [[name, path] as const] : [];
    }),
  );
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
