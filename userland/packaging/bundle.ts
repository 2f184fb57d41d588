/**
 * The syncer's TypeScript as one file: fast to start, and nothing for pkg to search through. What it imports only when it
 * is needed has a file of its own, which costs nothing until then.
 */
import { basename } from 'node:path';
import { build } from 'esbuild';

const MAIN = 'main.mjs';

/**
 * Writes the bundle of `entry` to `<dir>/main.mjs`, and returns the names of the other files, which have to lie beside it.
 * Paths in them are relative to `checkout`, so that the same sources give the same bytes in every folder.
 */
export async function bundle(checkout: string, entry: string, dir: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: checkout,
    entryPoints: [{ in: entry, out: 'main' }],
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // A module is "main" by its path on disk; in the bundle there is only one.
    define: { 'import.meta.main': 'true' },
    legalComments: 'none',
    logLevel: 'silent',
  });
  return Object.keys(metafile.outputs)
    .map((path) => basename(path))
    .filter((name) => name !== MAIN);
}
