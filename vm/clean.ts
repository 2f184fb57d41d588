/**
 * What of the cache and of old runs can go, and its removal.
 *
 * Kept is what is in use: what a process asked the cache for that lives, build trees that are locked, and while one is
 * locked also the sources and the compiler's cache that it is built from.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Cache, isAlive } from './cache.ts';
import type { Context } from './context.ts';
import { mustRun, runTool } from './host/tool.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What a build in progress reads besides its own tree. */
const READ_BY_BUILDS = new Set(['kernel-source', 'ccache', 'kernel-request']);

export interface Removable {
  /** `runs`, or the cache's name for it: `kernel`, `initramfs`, `work`, ... */
  readonly kind: string;
  readonly path: string;
  /** On the disk; what several share by hard links counts once, at the first of them. */
  readonly bytes: number;
}

export interface CleanPlan {
  readonly remove: readonly Removable[];
  /** Why the others stay, in a sentence each. */
  readonly kept: readonly string[];
}

export interface CleanOptions {
  /** The folder of the runs. */
  readonly runs: string;
  /** Only what was not used for so many days. */
  readonly olderThanDays?: number;
}

/** Looks for what can be removed; removes nothing. */
export async function planClean({ runs, olderThanDays = 0 }: CleanOptions, ctx: Context): Promise<CleanPlan> {
  const { cache, signal } = ctx;
  const living = await livingRuns(runs);
  const used = await cache.inUse();
  const locked = await lockedTrees(cache, signal);
  const kept: string[] = [];
  const remove: { kind: string; path: string }[] = [];
  for (const candidate of [...(await cacheEntries(cache)), ...(await oldRuns(runs))]) {
    const { kind, path } = candidate;
    const why = reasonToKeep(kind, path, { living, used, locked });
    if (why !== undefined) kept.push(`${kind}/${basename(path)}: ${why}`);
    else if (Date.now() - (await stat(path)).mtimeMs >= olderThanDays * DAY_MS) remove.push(candidate);
  }
  const sizes = await diskUse(
    remove.map(({ path }) => path),
    signal,
  );
  return { remove: remove.map(({ kind, path }, index) => ({ kind, path, bytes: sizes[index] ?? 0 })), kept };
}

/** Removes what was planned. Each goes out of sight by one rename first, so that nobody finds half of it. */
export async function clean({ remove }: CleanPlan, { cache, signal }: Context): Promise<void> {
  await cache.scratch(async (scratch) => {
    for (const { kind, path } of remove) {
      signal.throwIfAborted();
      const away = join(scratch, randomUUID());
      // Runs lie in the checkout, which may be another file system.
      if (kind !== 'runs') await rename(path, away);
      await rm(kind === 'runs' ? path : away, { recursive: true, force: true });
      if (kind === 'ccache') await mkdir(path);
    }
  });
}

interface InUse {
  readonly living: readonly string[];
  readonly used: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
}

function reasonToKeep(kind: string, path: string, { living, used, locked }: InUse): string | undefined {
  if (living.includes(path)) return 'its run is going on';
  if (used.has(path)) return 'a process that is running uses it';
  if (locked.has(path)) return 'a build is going on in it';
  if (locked.size > 0 && READ_BY_BUILDS.has(kind)) return 'a build is going on that reads it';
  return undefined;
}

async function cacheEntries({ root }: Cache): Promise<{ kind: string; path: string }[]> {
  const entries: { kind: string; path: string }[] = [];
  for (const kind of (await folders(root)).toSorted()) {
    // What is half-made, and who uses what, is swept whenever a cache is opened.
    if (kind === 'scratch' || kind === 'users') continue;
    if (kind === 'ccache') entries.push({ kind, path: join(root, kind) });
    else
      for (const name of await folders(join(root, kind)))
        entries.push({ kind, path: join(root, kind, name) });
  }
  return entries;
}

async function oldRuns(runs: string): Promise<{ kind: string; path: string }[]> {
  return (await folders(runs)).toSorted().map((name) => ({ kind: 'runs', path: join(runs, name) }));
}

/** Runs whose process lives: the number at the end of their names, see run.ts. */
async function livingRuns(runs: string): Promise<string[]> {
  return (await folders(runs))
    .filter((name) => isAlive(Number(/-(\d+)$/.exec(name)?.[1])))
    .map((name) => join(runs, name));
}

/** The build trees whose lock is held. */
async function lockedTrees({ root }: Cache, signal: AbortSignal): Promise<Set<string>> {
  const locked = new Set<string>();
  for (const name of await folders(join(root, 'work'))) {
    const tree = join(root, 'work', name);
    const lock = join(tree, 'lock');
    const held = await stat(lock).then(
      async () => (await runTool('flock', ['--nonblock', lock, 'true'], { signal })).exitCode !== 0,
      () => false,
    );
    if (held) locked.add(tree);
  }
  return locked;
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function diskUse(paths: readonly string[], signal: AbortSignal): Promise<number[]> {
  if (paths.length === 0) return [];
  const { stdout } = await mustRun('du', ['--summarize', '--block-size=1', '--', ...paths], { signal });
  const sizes = new Map(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(line.indexOf('\t') + 1), Number.parseInt(line, 10)]),
  );
  return paths.map((path) => sizes.get(path) ?? 0);
}
