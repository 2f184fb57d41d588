/**
 * Packages the syncer, or another program on its parts, into one executable, by running the syncer's own packaging script:
 * the harness knows nothing else of it.
 */
import { basename, dirname, join, relative } from 'node:path';
import { execa, ExecaError } from 'execa';
import type { KeyValue } from '../cache.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { runStage } from '../events.ts';
import { fileHash } from '../host/file-hash.ts';
import { CHECKOUT } from '../paths.ts';
import { treeHash } from './tree-hash.ts';

export interface PackagedProgram {
  /** Its file name in the guest. */
  readonly name: string;
  /** Absolute path of the executable, inside the cache. */
  readonly path: string;
  readonly key: string;
  readonly hit: boolean;
}

/**
 * The syncer of the checkout as an executable; packaged only when something that goes into it has changed: its own
 * files, the packages' lock file, or the kernel's interface in the patch series.
 */
export async function packageSyncer(ctx: Context, checkout: string = CHECKOUT): Promise<PackagedProgram> {
  return runStage(ctx.events, 'pack', 'syncer', async () => {
    const inputs = { step: 1, ...(await commonInputs(checkout)) };
    const { dir, key, hit } = await ctx.cache.produce('syncer', inputs, async (scratch) =>
      runPackaging(checkout, ['--out', join(scratch, 'dirsync')], ctx.signal),
    );
    const value = { name: 'dirsync', path: join(dir, 'dirsync'), key, hit };
    return { outcome: hit ? 'cached' : 'done', detail: `syncer ${key.slice(0, 12)}`, value };
  });
}

/** The same for `entry`, a TypeScript file of the checkout; what it imports lies in its own folder or is the syncer's. */
export async function packageProgram(
  entry: string,
  ctx: Context,
  checkout: string = CHECKOUT,
): Promise<PackagedProgram> {
  const name = basename(entry, '.ts');
  return runStage(ctx.events, 'pack', name, async () => {
    const own = { entry: relative(checkout, entry), folder: await treeHash(dirname(entry)) };
    const inputs = { step: 1, ...own, ...(await commonInputs(checkout)) };
    const { dir, key, hit } = await ctx.cache.produce('packaged', inputs, async (scratch) =>
      runPackaging(checkout, ['--entry', own.entry, '--out', join(scratch, name)], ctx.signal),
    );
    const value = { name, path: join(dir, name), key, hit };
    return { outcome: hit ? 'cached' : 'done', detail: `${name} ${key.slice(0, 12)}`, value };
  });
}

/** What goes into every packaged program. */
async function commonInputs(checkout: string): Promise<Record<string, KeyValue>> {
  return {
    node: process.version,
    userland: await treeHash(join(checkout, 'userland')),
    lock: await fileHash(join(checkout, 'package-lock.json')),
    series: await treeHash(join(checkout, 'kernel-patch')),
  };
}

async function runPackaging(
  checkout: string,
  args: readonly string[],
  cancelSignal: AbortSignal,
): Promise<void> {
  const script = join('userland', 'package.ts');
  try {
    await execa(process.execPath, [script, ...args], { cwd: checkout, cancelSignal, all: true });
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    throw new UserError({
      code: 'PACKAGE_FAILED',
      tried: `package a program: node ${script} ${args.join(' ')}`,
      found: `${error.shortMessage}\n${error.stderr}`,
      hint: `node ${script} --out /tmp/dirsync`,
      cause: error,
    });
  }
}
