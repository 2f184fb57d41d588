/** Packs the guest's root file system into an initramfs: what it holds, and where. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CacheEntry } from '../cache.ts';
import type { Context } from '../context.ts';
import { runStage } from '../events.ts';
import { rememberedHash } from '../host/file-hash.ts';
import { BASE_TREE } from './base-tree.ts';
import { compileGuest } from './compile-guest.ts';
import { type ArchiveEntry, type Bytes, writeArchive } from './cpio.ts';
import { busyboxApplets, findHostProgram, PACKED_PROGRAMS } from './host-programs.ts';
import { sharedLibraries } from './shared-libraries.ts';

export interface GuestFile {
  /** In the guest, absolute. */
  readonly path: string;
  readonly data: Bytes;
  /** Default 0644. */
  readonly mode?: number;
}

export interface InitramfsContent {
  /** The packaged syncer, which becomes `/bin/dirsync`. */
  readonly syncer?: string;
  /** Executables that become `/bin/<name>`; those that are dynamic bring their libraries. */
  readonly programs: readonly { readonly name: string; readonly path: string }[];
  readonly files?: readonly GuestFile[];
}

export interface Initramfs {
  /** Absolute path of the uncompressed archive, inside the cache. */
  readonly path: string;
  readonly sha256: string;
  readonly key: string;
  readonly hit: boolean;
}

/** Makes the image, or finds it in the cache. The same content gives the same bytes, wherever it is made. */
export async function packInitramfs(content: InitramfsContent, ctx: Context): Promise<Initramfs> {
  return runStage(ctx.events, 'pack', 'initramfs', async () => {
    const entries = await imageEntries(content, ctx);
    // Names and contents only: where they lie on this machine does not matter.
    const inputs = {
      step: 1,
      entries: await Promise.all(entries.map(async (entry) => identity(entry, ctx))),
    };
    const made = await ctx.cache.produce('initramfs', inputs, async (dir) => {
      const { sha256, size } = await writeArchive(join(dir, 'initramfs.cpio'), entries, ctx.signal);
      await writeFile(join(dir, 'initramfs.json'), `${JSON.stringify({ sha256, size })}\n`);
    });
    return result(made);
  });
}

async function result({
  dir,
  key,
  hit,
}: CacheEntry): Promise<{ outcome: 'cached' | 'done'; detail: string; value: Initramfs }> {
  const facts = await readFile(join(dir, 'initramfs.json'), 'utf8');
  const { sha256, size } = JSON.parse(facts) as { sha256: string; size: number };
  return {
    outcome: hit ? 'cached' : 'done',
    detail: `initramfs ${key.slice(0, 12)}, ${(size / 1e6).toFixed(1)} MB`,
    value: { path: join(dir, 'initramfs.cpio'), sha256, key, hit },
  };
}

/** All entries of the image, each path once, with the folders above each. */
async function imageEntries(content: InitramfsContent, ctx: Context): Promise<ArchiveEntry[]> {
  const tree = new Map(BASE_TREE.map((entry) => [pathOf(entry), entry]));
  const names = ['busybox', ...PACKED_PROGRAMS];
  const [{ init, agent, faults }, ...packed] = await Promise.all([
    compileGuest(ctx),
    ...names.map((name) => findHostProgram(name)),
  ]);
  const programs = new Map([
    ['init', init],
    ['bin/agent', agent],
    ['bin/faults', faults],
    ...(content.syncer === undefined ? [] : [['bin/dirsync', content.syncer] as const]),
    ...content.programs.map(({ name, path }) => [`bin/${name}`, path] as const),
  ]);
  for (const [index, name] of names.entries()) {
    const source = packed[index];
    if (source !== undefined) programs.set(`bin/${name}`, source);
    else ctx.events.emit({ kind: 'warning', text: `the guest has no ${name}: the host has none` });
  }
  const [applets, ...libraries] = await Promise.all([
    busyboxApplets(programs.get('bin/busybox') ?? '', ctx),
    ...[...programs.values()].map((source) => sharedLibraries(source, ctx)),
  ]);
  const needed = libraries.flat().map(({ path, source }) => [path.slice(1), source] as const);
  for (const [path, source] of [...programs, ...needed]) {
    tree.set(path, { kind: 'file', path, mode: 0o755, source });
  }
  if (tree.has('bin/mke2fs')) addLink(tree, 'bin/mkfs.ext4', 'mke2fs');
  for (const applet of applets) addLink(tree, `bin/${applet}`, 'busybox');
  for (const { path, data, mode = 0o644 } of content.files ?? []) {
    tree.set(path.slice(1), { kind: 'file', path: path.slice(1), mode, data });
  }
  return withFolders(tree);
}

/** A real program of that name stays. */
function addLink(tree: Map<string, ArchiveEntry>, path: string, target: string): void {
  if (!tree.has(path)) tree.set(path, { kind: 'symlink', path, target });
}

function withFolders(tree: Map<string, ArchiveEntry>): ArchiveEntry[] {
  for (const path of tree.keys()) {
    // A map visits what is added while it is walked, so folders of folders come, too.
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (folder !== '' && !tree.has(folder))
      tree.set(folder, { kind: 'directory', path: folder, mode: 0o755 });
  }
  return [...tree.values()];
}

function pathOf(entry: ArchiveEntry): string {
  return Buffer.from(entry.path as Uint8Array).toString();
}

/** What an entry is, as part of the image's key. */
async function identity(entry: ArchiveEntry, ctx: Context): Promise<Record<string, string | number>> {
  const path = pathOf(entry);
  if (entry.kind === 'symlink') {
    return { path, kind: entry.kind, target: Buffer.from(entry.target as Uint8Array).toString('base64') };
  }
  const common = { path, kind: entry.kind, mode: entry.mode };
  if (entry.kind === 'directory') return common;
  if (entry.kind === 'character-device') return { ...common, device: `${entry.major}:${entry.minor}` };
  if ('source' in entry) return { ...common, sha256: await rememberedHash(entry.source, ctx.cache) };
  return { ...common, content: Buffer.from(entry.data as Uint8Array).toString('base64') };
}
