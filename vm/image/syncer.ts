/** Packages the syncer into one executable, by running its own packaging script: the harness knows nothing else of it. */
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { runStage } from '../events.ts';
import { fileHash } from '../host/file-hash.ts';
import { CHECKOUT } from '../paths.ts';
import { treeHash } from './tree-hash.ts';

export interface PackagedSyncer {
  /** Absolute path of the executable, inside the cache. */
  readonly path: string;
  readonly key: string;
  readonly hit: boolean;
}

/**
 * The syncer of the checkout as an executable; packaged only when something that goes into it has changed: its own
 * files, the packages' lock file, or the kernel's interface in the patch series.
 */
export async function packageSyncer(ctx: Context, checkout: string = CHECKOUT): Promise<PackagedSyncer> {
  return runStage(ctx.events, 'pack', 'syncer', async () => {
    const inputs = {
      step: 1,
      node: process.version,
      userland: await treeHash(join(checkout, 'userland')),
      lock: await fileHash(join(checkout, 'package-lock.json')),
      series: await treeHash(join(checkout, 'kernel-patch')),
    };
    const { dir, key, hit } = await ctx.cache.produce('syncer', inputs, async (scratch) =>
      runPackaging(checkout, join(scratch, 'dirsync'), ctx.signal),
    );
    const value = { path: join(dir, 'dirsync'), key, hit };
    return { outcome: hit ? 'cached' : 'done', detail: `syncer ${key.slice(0, 12)}`, value };
  });
}

async function runPackaging(checkout: string, out: string, cancelSignal: AbortSignal): Promise<void> {
  const script = join('userland', 'package.ts');
  try {
    await execa(process.execPath, [script, '--out', out], { cwd: checkout, cancelSignal, all: true });
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    throw new UserError({
      code: 'PACKAGE_FAILED',
      tried: `package the syncer: node ${script}`,
      found: `${error.shortMessage}\n${error.stderr}`,
      hint: `node ${script} --out /tmp/dirsync`,
      cause: error,
    });
  }
}
