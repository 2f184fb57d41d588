/**
 * Seeds: a new build tree starts from the objects of a similar one, and make rebuilds what differs.
 *
 * A kernel of another series, or the one without, has most objects in common with a kernel that is built already. Three
 * things have to be as if they had been built here: the times (objects newer than sources, as in the seed), the series' files
 * (the seed's at first, so that replacing them gives them new times), and the paths in the recorded command lines, which
 * make compares with its own. The bytes that come out are those of a build from nothing: paths do not reach them, see
 * make.ts.
 */
import { existsSync } from 'node:fs';
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { acquireLock } from '../host/lock.ts';
import { mustRun } from '../host/tool.ts';
import type { Flavour } from './layout.ts';

/** Flavours whose objects are mostly the same: those of another one would all be built again. */
const ALIKE: Readonly<Record<Flavour, readonly Flavour[]>> = {
  plain: ['plain', 'stock'],
  stock: ['stock', 'plain'],
  debug: ['debug'],
  kasan: ['kasan'],
};

/** The folder of the best build tree beside `dir` to start a kernel of `flavour` from; undefined when there is none. */
export async function findSeed(dir: string, flavour: Flavour): Promise<string | undefined> {
  const [source = ''] = basename(dir).split('-');
  const names = (await readdir(dirname(dir))).filter((name) => name.startsWith(`${source}-`));
  for (const alike of ALIKE[flavour]) {
    const folders = names
      .filter((name) => name.endsWith(`-${alike}`))
      .map((name) => join(dirname(dir), name));
    const usable = folders.filter((folder) => folder !== dir && isBuilt(folder));
    const times = await Promise.all(usable.map(async (folder) => (await stat(vmlinux(folder))).mtimeMs));
    const newest = usable[times.indexOf(Math.max(...times))];
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/**
 * Brings `linux`, a fresh tree of links to the pristine source, to the state of the build tree in `seed`: its patched files
 * and its objects, times kept. The folder will be `dir/linux` when it is done.
 *
 * @returns the paths of the patched files; undefined, with nothing changed, when the seed is gone or being built
 */
export async function plantSeed(
  linux: string,
  dir: string,
  seed: string,
  ctx: Context,
): Promise<string[] | undefined> {
  await using lock = await acquireLock(join(seed, 'lock'), `the build tree ${basename(seed)}`, ctx);
  void lock;
  if (!isBuilt(seed)) return undefined;
  const patched = JSON.parse(await readFile(join(seed, 'patched.json'), 'utf8')) as string[];
  for (const path of patched) {
    const [from, to] = [join(seed, 'linux', path), join(linux, path)];
    await rm(to, { force: true });
    if (!existsSync(from)) continue;
    await mkdir(dirname(to), { recursive: true });
    await link(from, to);
  }
  // Copies: compilers write into an object that is there.
  const build = join(linux, 'build');
  await mustRun('cp', ['-a', '--reflink=auto', '--', join(seed, 'linux', 'build'), build], {
    signal: ctx.signal,
  });
  await renamePaths(build, join(seed, 'linux'), join(dir, 'linux'));
  return patched;
}

/** What was killed in the midst of make has objects that are not to be trusted, see compile.ts. */
function isBuilt(folder: string): boolean {
  return existsSync(vmlinux(folder)) && !existsSync(join(folder, 'compiling'));
}

function vmlinux(folder: string): string {
  return join(folder, 'linux', 'build', 'vmlinux');
}

/** Names `to` instead of `from` in the command lines and dependencies that kbuild has recorded below `build`. */
async function renamePaths(build: string, from: string, to: string): Promise<void> {
  // With their types: else links are followed, and `build/source` leads back to the tree's top.
  const entries = await readdir(build, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((file) => file.isFile() && /\.(cmd|d)$/.test(file.name))) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'latin1');
    if (text.includes(from)) await writeFile(path, text.replaceAll(from, to), 'latin1');
  }
}
