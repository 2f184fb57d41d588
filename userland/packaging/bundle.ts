/**
 * The syncer's TypeScript and its addon as one script. What is imported only when it is needed is in it, too, and is not run
 * until then.
 */
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Writes the bundle of `entry`, with the addon in it, to `out`. Paths in it are relative to `checkout`, so that the same
 * sources give the same bytes in every folder.
 *
 * It is CommonJS, as Node wants it of a single executable: an await outside of a function cannot be bundled.
 */
export async function bundle(checkout: string, entry: string, addon: string, out: string): Promise<void> {
  const bytes = await readFile(addon, 'base64');
  await build({
    absWorkingDir: checkout,
    entryPoints: [entry],
    outfile: out,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // For userland/src/native/load.ts, which says why.
    banner: { js: `globalThis.packagedAddon = '${bytes}';` },
    // A module is "main" by its path on disk; in the bundle there is only one. Nor has it a folder.
    define: { 'import.meta.main': 'true', 'import.meta.dirname': '"/"' },
    legalComments: 'none',
    logLevel: 'silent',
  });
}
