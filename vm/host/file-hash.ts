/** Digests of files, and a memory of them: to hash the 120 MB that go into an image takes longer than the rest of a run. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Cache } from '../cache.ts';

/** Bytes from which on looking a digest up is quicker than making it. */
const WORTH_REMEMBERING = 1n << 20n;

/** A file that changed this recently may change again without getting another time: clocks of file systems tick. */
const SETTLED_MS = 2_000;

/** The sha256 of a file's content, in hex, without holding it in memory. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/**
 * As `fileHash`, but a large file is read only once for as long as it stays the same: same path, device, inode, size,
 * mtime and ctime. The ctime is what makes this safe, for nobody can set it back.
 */
export async function rememberedHash(path: string, cache: Cache): Promise<string> {
  const info = await stat(path, { bigint: true });
  const settled = Date.now() - Number(info.ctimeMs) > SETTLED_MS;
  if (info.size < WORTH_REMEMBERING || !settled) return fileHash(path);
  const { dev, ino, size, mtimeNs, ctimeNs } = info;
  const identity = [dev, ino, size, mtimeNs, ctimeNs].map(String);
  // A change while it is read gives the file another ctime, and so nobody asks for this entry again.
  const { dir } = await cache.produce('digest', { step: 1, path, identity }, async (scratch) => {
    await writeFile(join(scratch, 'sha256'), await fileHash(path));
  });
  return readFile(join(dir, 'sha256'), 'utf8');
}
