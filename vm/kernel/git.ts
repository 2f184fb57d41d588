/** How git is called for the series: nothing of the user's or the machine's settings may change what comes out. */
import { devNull } from 'node:os';
import type { Context } from '../context.ts';
import { mustRun, runTool, type ToolResult } from '../host/tool.ts';

/** The tag of the commit that holds the unpatched tree. */
export const BASE_TAG = 'dirsync-base';

/** Who commits where git wants somebody and nobody reads it. */
const NOBODY = {
  GIT_COMMITTER_NAME: 'dirsync',
  GIT_COMMITTER_EMAIL: 'dirsync@localhost',
  GIT_AUTHOR_NAME: 'dirsync',
  GIT_AUTHOR_EMAIL: 'dirsync@localhost',
};

const ENV = { ...NOBODY, GIT_CONFIG_GLOBAL: devNull, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', TZ: 'UTC' };

/** Runs git in `dir`; throws `InfraError` `TOOL_FAILED` when it fails. */
export async function git(dir: string, args: readonly string[], ctx: Context): Promise<string> {
  return (await mustRun('git', args, { signal: ctx.signal, cwd: dir, env: ENV })).stdout;
}

/** Runs git in `dir`, whose failure is the caller's to explain. */
export async function tryGit(dir: string, args: readonly string[], ctx: Context): Promise<ToolResult> {
  return runTool('git', args, { signal: ctx.signal, cwd: dir, env: ENV });
}
