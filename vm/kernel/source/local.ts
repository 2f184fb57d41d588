/** A kernel that is on this machine already: a tarball, or an unpacked tree. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { UsageError, UserError } from '../../errors.ts';
import { mustRun } from '../../host/tool.ts';
import { pristineTree } from './pristine.ts';
import { rememberedHash } from '../../host/file-hash.ts';
import type { KernelSource } from './source.ts';
import { unpackTarball } from './unpack.ts';

/**
 * Takes the tarball or tree at `path` into the cache, unless its content is there.
 *
 * A tree is told apart by the digest of its listing (names, types, modes, sizes, times to the nanosecond, link targets;
 * not `.git`), which takes a second where reading 1.3 GB would take many. It is copied, so that later changes to it
 * cannot reach a build.
 *
 * @throws `UsageError` `NO_SUCH_SOURCE`, `UserError` `TREE_NOT_CLEAN`, and what `unpackTarball` throws
 */
export async function fetchFromLocal(path: string, ctx: Context): Promise<KernelSource> {
  const from = resolve(path);
  const found = await stat(from).catch(() => undefined);
  if (found === undefined || !(found.isFile() || found.isDirectory())) {
    throw new UsageError({
      code: 'NO_SUCH_SOURCE',
      tried: `use ${from} as the kernel's source`,
      found: found === undefined ? 'no such file or folder' : 'neither a file nor a folder',
      hint: '--source auto, kernel.org, debian, or the path of a tarball or tree',
    });
  }
  if (found.isFile()) {
    const sha256 = await rememberedHash(from, ctx.cache);
    return pristineTree({ sha256, hashOf: 'tarball', origin: 'local', from }, ctx, (linux) =>
      unpackTarball(from, linux, ctx),
    );
  }
  refuseBuiltTree(from);
  const sha256 = await listingDigest(from, ctx);
  return pristineTree({ sha256, hashOf: 'tree listing', origin: 'local', from }, ctx, async (linux) => {
    await mustRun('cp', ['-a', '--reflink=auto', '--', from, linux], { signal: ctx.signal });
    await rm(join(linux, '.git'), { recursive: true, force: true });
  });
}

async function listingDigest(tree: string, ctx: Context): Promise<string> {
  const entries: string[] = [];
  const format = '%P\\t%y\\t%m\\t%s\\t%T@\\t%l\\n';
  // A folder's size and time say nothing about a build, and change when `.git` does.
  const args = [tree, '-path', `${tree}/.git`, '-prune', '-o', '!', '-type', 'd', '-printf', format];
  await mustRun('find', args, {
    signal: ctx.signal,
    env: { LC_ALL: 'C' },
    onLine: (line) => entries.push(line),
  });
  return createHash('sha256').update(entries.toSorted().join('\n')).digest('hex');
}

/** kbuild refuses to build outside a tree that was built in; it says so late and in other words. */
function refuseBuiltTree(tree: string): void {
  const traces = ['.config', 'include/config', 'arch/x86/include/generated'];
  const found = traces.find((trace) => existsSync(join(tree, trace)));
  if (found === undefined) return;
  throw new UserError({
    code: 'TREE_NOT_CLEAN',
    tried: `use ${tree} as the kernel's source`,
    found: `it was built in: there is ${found}`,
    hint: `make -C ${tree} mrproper, or give a fresh tree`,
  });
}
