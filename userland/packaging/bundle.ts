/** The syncer's TypeScript as one file: fast to start, and nothing for pkg to search through. */
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Writes the bundle of `entry` to `<dir>/main.mjs`. Paths in it are relative to `checkout`, so that the same sources give
 * the same bytes in every folder.
 */
export async function bundle(checkout: string, entry: string, dir: string): Promise<void> {
  await build({
    absWorkingDir: checkout,
    entryPoints: [entry],
    outfile: join(dir, 'main.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // A module is "main" by its path on disk; in the bundle there is only one.
    define: { 'import.meta.main': 'true' },
    legalComments: 'none',
    logLevel: 'silent',
  });
}
