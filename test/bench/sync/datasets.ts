/** Trees to synchronize, and their replicas. */
import { once } from 'node:events';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { execa } from 'execa';

export interface Pair {
  readonly source: string;
  readonly destination: string;
}

/** A folder for two roots: an empty source, and no destination yet. */
export function makePair(dir: string, name: string): Pair {
  const source = join(dir, name, 'source');
  mkdirSync(source, { recursive: true });
  return { source, destination: join(dir, name, 'destination') };
}

/** `directories` of them, ten to a parent as trees have them, with `files` in each. */
export function fillTree(root: string, directories: number, files: number, bytes: number): void {
  const content = Buffer.alloc(bytes, 'dirsync ');
  for (let made = 0; made < directories; made += 1) {
    const parent = join(root, `group-${String(Math.floor(made / 10)).padStart(5, '0')}`);
    if (made % 10 === 0) mkdirSync(parent);
    // The parent is the first of its ten.
    const directory = made % 10 === 0 ? parent : join(parent, `part-${made % 10}`);
    if (directory !== parent) mkdirSync(directory);
    for (let file = 0; file < files; file += 1)
      writeFileSync(join(directory, `file-${String(file).padStart(4, '0')}.txt`), content);
  }
}

/** One file of random bytes, which no file system stores in less. */
export async function fillBig(path: string, mib: number): Promise<void> {
  const stream = createWriteStream(path);
  const block = Buffer.alloc(1 << 20);
  for (let written = 0; written < mib; written += 1) {
    crypto.getRandomValues(block.subarray(0, 65_536));
    if (!stream.write(Buffer.from(block))) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

/** An exact replica, made by a peer that everybody trusts. */
export async function replicate({ source, destination }: Pair): Promise<void> {
  await execa('cp', ['-a', `${source}/.`, destination]);
}

/**
 * Not for many files while anything is still to be measured: where ext4 makes an inode within minutes of another's deletion,
 * it looks at each inode that was deleted nearby (`recently_deleted` in fs/ext4/ialloc.c), which made all arms, and the
 * observer itself, up to five times slower here.
 */
export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Lets the disk come to rest, so that one arm does not write out what another has left. */
export async function settleDisk(dir: string): Promise<void> {
  await execa('sync', ['-f', dir]);
}
