/** How make is called for a kernel: everything that could make two builds differ is fixed here. */
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { runTool, type ToolOptions, type ToolResult } from '../host/tool.ts';
import type { Toolchain } from './toolchain.ts';
import type { Worktree } from './worktree.ts';

/**
 * Variables that reach the kernel's bytes. Part of the build's key.
 *
 * The time is that of Linux 6.1's release; any fixed one would do.
 */
export const BUILD_VARIABLES = {
  KBUILD_BUILD_TIMESTAMP: 'Sun Dec 11 22:15:18 UTC 2022',
  KBUILD_BUILD_USER: 'dirsync',
  KBUILD_BUILD_HOST: 'dirsync',
  KBUILD_BUILD_VERSION: '1',
  SOURCE_DATE_EPOCH: '1670796918',
  // Set but empty: no `+` for a tree that is no release of git; the fragments name our kernel.
  LOCALVERSION: '',
  LC_ALL: 'C',
  TZ: 'UTC',
} as const;

/** What debug information calls the tree, wherever it lies: `set substitute-path` brings gdb from here to there. */
export const TREE_IN_DEBUG_INFO = '/usr/src/linux';

/** Runs `make O=build ...` in the worktree with nothing of the caller's environment but PATH and HOME. */
export async function runMake(
  worktree: Worktree,
  targets: readonly string[],
  toolchain: Toolchain,
  ctx: Context,
  watch: Pick<ToolOptions, 'onLine' | 'onEnd'> = {},
): Promise<ToolResult> {
  const cc = toolchain.ccache ? 'ccache gcc' : 'gcc';
  // However we end, make hears of it and ends its children: a build that nobody waits for would go on for minutes.
  const map = `-ffile-prefix-map=${worktree.linux}=${TREE_IN_DEBUG_INFO}`;
  const variables = ['O=build', `CC=${cc}`, `KCFLAGS=${map}`, `KAFLAGS=${map}`];
  const make = ['--pdeathsig', 'TERM', 'make', '-C', worktree.linux, ...variables, ...targets];
  return runTool('setpriv', make, {
    signal: ctx.signal,
    env: { ...BUILD_VARIABLES, ...ccacheEnv(worktree, ctx) },
    ...watch,
  });
}

/** One compiler cache for all trees: paths below the tree are made relative, and the folder's name does not count. */
function ccacheEnv(worktree: Worktree, ctx: Context): Record<string, string> {
  return {
    CCACHE_DIR: join(ctx.cache.root, 'ccache'),
    CCACHE_BASEDIR: worktree.linux,
    CCACHE_NOHASHDIR: '1',
    CCACHE_MAXSIZE: '2G',
  };
}
