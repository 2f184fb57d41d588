/** Linux 6.1 as kernel.org publishes it: one tarball whose digest is pinned here. */
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { InfraError } from '../../errors.ts';
import { download } from './download.ts';
import { pristineTree } from './pristine.ts';
import type { KernelSource } from './source.ts';
import { unpackTarball } from './unpack.ts';

export const KERNEL_ORG = {
  baseUrl: 'https://cdn.kernel.org/pub/linux/kernel/v6.x',
  file: 'linux-6.1.tar.xz',
  /** From https://cdn.kernel.org/pub/linux/kernel/v6.x/sha256sums.asc */
  sha256: '2ca1f17051a430f6fed1196e4952717507171acfd97d96577212502703b25deb',
} as const;

export interface KernelOrgOptions {
  /** Folder of the tarball on the server; default kernel.org's, or `DIRSYNC_KERNEL_MIRROR`. */
  readonly baseUrl?: string;
  readonly sha256?: string;
  /** Default 5000: a host without internet shall find out soon. */
  readonly connectTimeoutMs?: number;
  /** Default 30000. */
  readonly stallTimeoutMs?: number;
}

/**
 * Fetches, verifies and unpacks the tarball, unless its content is in the cache.
 *
 * @throws what `download` and `unpackTarball` throw, and `InfraError` `WRONG_CHECKSUM`
 */
export async function fetchFromKernelOrg(options: KernelOrgOptions, ctx: Context): Promise<KernelSource> {
  const baseUrl = options.baseUrl ?? process.env['DIRSYNC_KERNEL_MIRROR'] ?? KERNEL_ORG.baseUrl;
  const url = `${baseUrl.replace(/\/+$/, '')}/${KERNEL_ORG.file}`;
  const sha256 = options.sha256 ?? KERNEL_ORG.sha256;
  return pristineTree({ sha256, hashOf: 'tarball', origin: 'kernel.org', from: url }, ctx, (linux) =>
    ctx.cache.scratch(async (scratch) => {
      const tarball = join(scratch, KERNEL_ORG.file);
      const { connectTimeoutMs = 5000, stallTimeoutMs = 30_000 } = options;
      const actual = await download({ url, dest: tarball, connectTimeoutMs, stallTimeoutMs }, ctx);
      if (actual !== sha256) {
        throw new InfraError({
          code: 'WRONG_CHECKSUM',
          tried: `verify ${url}`,
          found: `sha256 ${actual} instead of ${sha256}: what came is not the kernel`,
          hint: 'look at what your network puts between you and the server, or use --source debian',
        });
      }
      await unpackTarball(tarball, linux, ctx);
    }),
  );
}
