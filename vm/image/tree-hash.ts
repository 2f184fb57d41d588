/** One hash for a folder of sources, so that a result can be named by all of them. */
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileHash } from '../host/file-hash.ts';

/** Folders that hold results, not sources. */
const RESULTS = new Set(['node_modules', 'build', 'dist', '.tap']);

/** Path → kind, executable bit and content hash, for all below `folder`; empty when there is no such folder. */
export async function treeHash(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  const walk = async (relative: string): Promise<void> => {
    await Promise.all((await names(join(folder, relative))).map((name) => visit(name, join(relative, name))));
  };
  const visit = async (name: string, path: string): Promise<void> => {
    const info = await lstat(join(folder, path));
    if (info.isDirectory()) {
      if (!RESULTS.has(name)) await walk(path);
    } else if (info.isSymbolicLink()) {
      hashes[path] = `link ${await readlink(join(folder, path))}`;
    } else {
      hashes[path] = `${(info.mode & 0o100) === 0 ? 'data' : 'exec'} ${await fileHash(join(folder, path))}`;
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
