/**
 * The configure stage: tinyconfig, the fragments merged by the kernel's own script, olddefconfig; then every line of the
 * fragments is compared with what came of it.
 *
 * A symbol whose dependencies are missing is dropped by Kconfig without a word, and the kernel that comes out is not the
 * one that was asked for.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { contentKey, type KeyValue } from '../cache.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { runStage } from '../events.ts';
import { lastLines, runTool, type ToolResult } from '../host/tool.ts';
import { CHECKOUT } from '../paths.ts';
import { deniedRequests, readFragments, type Denied } from './fragment.ts';
import { runMake } from './make.ts';
import type { Toolchain } from './toolchain.ts';
import type { Worktree } from './worktree.ts';

export interface ConfigureOptions {
  readonly worktree: Worktree;
  /** Paths, in the order of merging. */
  readonly fragments: readonly string[];
  readonly toolchain: Toolchain;
  /** What the outcome depends on beside the fragments and the tools: the tree's Kconfig files. */
  readonly inputs: KeyValue;
}

/**
 * Writes `build/.config`, unless it is there for the same inputs. An equal .config keeps its time.
 *
 * @throws `UserError` `SYMBOL_DROPPED` or `CONFIGURE_FAILED`
 */
export async function configureWorktree(options: ConfigureOptions, ctx: Context): Promise<void> {
  const { worktree, fragments, toolchain } = options;
  const detail = `${fragments.length} fragments`;
  await runStage(ctx.events, 'configure', detail, async () => {
    const texts = await Promise.all(fragments.map((path) => readFile(path, 'utf8')));
    const key = contentKey([options.inputs, texts, toolchain.gcc, toolchain.ld]);
    const config = join(worktree.build, '.config');
    const keyFile = join(worktree.build, '.config.key');
    if (existsSync(config) && (await readFile(keyFile, 'utf8').catch(() => '')) === key) {
      return { outcome: 'cached', detail, value: undefined };
    }
    await mkdir(worktree.build, { recursive: true });
    await rm(keyFile, { force: true });
    // tinyconfig writes to .config and nowhere else. What an earlier, failed attempt put aside is the one to keep.
    const before = join(worktree.build, '.config.before');
    if (!existsSync(before) && existsSync(config)) await rename(config, before);
    await resolve(options, ctx);
    const resolved = await readFile(config, 'utf8');
    const requests = await readFragments(fragments);
    const denied = deniedRequests(requests, resolved);
    if (denied.length > 0) throw symbolDropped(denied);
    if ((await readFile(before, 'utf8').catch(() => '')) === resolved) await rename(before, config);
    await rm(before, { force: true });
    await writeFile(keyFile, key);
    return { outcome: 'done', detail: `${detail}: all ${requests.length} lines granted`, value: undefined };
  });
}

async function resolve(options: ConfigureOptions, ctx: Context): Promise<void> {
  const { worktree, fragments, toolchain } = options;
  const config = join(worktree.build, '.config');
  check('make tinyconfig', await runMake(worktree, ['tinyconfig'], toolchain, ctx));
  const script = join(worktree.linux, 'scripts', 'kconfig', 'merge_config.sh');
  const merged = await runTool(script, ['-m', '-O', worktree.build, config, ...fragments], {
    signal: ctx.signal,
    cwd: worktree.build,
    env: { LC_ALL: 'C' },
  });
  check('merge_config.sh', merged);
  check('make olddefconfig', await runMake(worktree, ['olddefconfig'], toolchain, ctx));
}

function check(tried: string, result: ToolResult): void {
  if (result.exitCode === 0) return;
  throw new UserError({ code: 'CONFIGURE_FAILED', tried, found: lastLines(result.all, 15) });
}

function symbolDropped(denied: readonly Denied[]): UserError {
  const lines = denied.map(({ symbol, value, got, file, line }) => {
    return `${relative(CHECKOUT, file)}:${line}: ${symbol} asked ${value}, got ${got}`;
  });
  return new UserError({
    code: 'SYMBOL_DROPPED',
    tried: 'resolve the configuration that the fragments ask for',
    found: lines.join('\n         '),
    hint: 'ask for what the symbol depends on, too (look for it in the Kconfig files), or drop the line',
  });
}
