/** One hash for a folder of sources, so that a result can be named by all of them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Folders that hold results, not sources. */
const RESULTS = new Set(['node_modules', 'build', 'dist', '.tap']);

/** The sha256, in hex, of a file's content. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** Path → kind, executable bit and content hash, for all below `folder`; empty when there is no such folder. */
export async function treeHash(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const walk = async (relative: string): Promise<void> => {
    for (const name of (await names(join(folder, relative))).toSorted()) {
      const path = join(relative, name);
      const info = await lstat(join(folder, path));
      if (info.isDirectory()) {
        if (!RESULTS.has(name)) await walk(path);
      } else if (info.isSymbolicLink()) {
        hashes[path] = `link ${await readlink(join(folder, path))}`;
      } else {
        hashes[path] = `${(info.mode & 0o100) === 0 ? 'data' : 'exec'} ${await fileHash(join(folder, path))}`;
      }
    }
  };
  await walk('');
  return hashes;
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
