/**
 * The build stage: from a pristine source and a flavour to a bzImage in the cache.
 *
 * Results are addressed by all that goes in. What make leaves in the worktree is kept, so that after a change of one
 * file make rebuilds what depends on it and no more. The output folder lies inside the tree: make then names every
 * source by a relative path (`../kernel/fork.c`), and the bytes do not depend on where the tree is.
 */
import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { contentKey, type KeyValue } from '../cache.ts';
import type { Context } from '../context.ts';
import { runStage } from '../events.ts';
import { acquireLock } from '../host/lock.ts';
import { runCompile } from './compile.ts';
import { configureWorktree } from './configure.ts';
import { type Flavour, fragmentsOf, isPatched, type KernelProject, treeName } from './layout.ts';
import { BUILD_VARIABLES } from './make.ts';
import { patchedFiles, patchWorktree } from './patch.ts';
import { touchedPaths } from './patch-file.ts';
import { NO_SERIES, readSeries, type Series } from './series.ts';
import { fileHash } from '../host/file-hash.ts';
import type { KernelSource } from './source/source.ts';
import { readToolchain, type Toolchain } from './toolchain.ts';
import { openWorktree } from './worktree.ts';

/** Raised when the way of building changes what comes out. */
const BUILD_STEP = 3;

export interface BuildOptions {
  readonly source: KernelSource;
  readonly flavour: Flavour;
  /** make's -j; default the number of processors. */
  readonly jobs?: number;
  /** Whose series and fragments. */
  readonly project: KernelProject;
  /** Where the harness's own fragments lie; default the checkout's. */
  readonly fragmentsDir?: string;
}

/** What a kernel was made of: `manifest.json` beside it. */
export interface KernelManifest {
  readonly release: string;
  readonly source: Omit<KernelSource, 'tree'>;
  /** The paths of the files which the series changes and a build reads. Its other files make no other kernel. */
  readonly changed: readonly string[];
  /** `Series.buildHash`. */
  readonly changesHash: string;
  readonly gcc: string;
  readonly ld: string;
  readonly makeVariables: Readonly<Record<string, string>>;
  /** sha256, in hex, of each file. */
  readonly files: Readonly<Record<string, string>>;
}

export interface KernelBuild {
  /** As `uname -r` prints it. */
  readonly release: string;
  /** Absolute paths. */
  readonly bzImage: string;
  readonly vmlinux: string;
  readonly config: string;
  readonly systemMap: string;
  readonly key: string;
  /** Whether it was in the cache. */
  readonly hit: boolean;
  readonly manifest: KernelManifest;
}

/** What a kernel is made of, and the key that follows from it. */
interface Recipe {
  readonly inputs: KeyValue;
  readonly series: Series;
  readonly toolchain: Toolchain;
  /** Paths. */
  readonly fragments: readonly string[];
}

async function readRecipe(options: RecipeOptions, ctx: Context): Promise<Recipe> {
  const { source, flavour, project } = options;
  const fragments = fragmentsOf(flavour, project, options.fragmentsDir);
  const [series, toolchain, texts] = await Promise.all([
    seriesFor(flavour, project),
    readToolchain(ctx),
    Promise.all(fragments.map((path) => readFile(path, 'utf8'))),
  ]);
  const inputs: KeyValue = {
    step: BUILD_STEP,
    source: source.sha256,
    changes: series.buildHash,
    fragments: texts.map((text) => contentKey(text)),
    gcc: toolchain.gcc,
    ld: toolchain.ld,
    make: BUILD_VARIABLES,
  };
  return { inputs, series, toolchain, fragments };
}

/** What has to be known of a kernel to know its key: its source's digest, not its source. */
export type RecipeOptions = Omit<BuildOptions, 'source' | 'jobs'> & {
  readonly source: Pick<KernelSource, 'sha256'>;
};

/** The key of a kernel that need not be built, and whether the cache holds it. */
export async function kernelKey(
  options: RecipeOptions,
  ctx: Context,
): Promise<{ readonly key: string; readonly built: boolean }> {
  const { inputs } = await readRecipe(options, ctx);
  return { key: contentKey(inputs), built: existsSync(ctx.cache.entryPath('kernel', inputs)) };
}

/**
 * Returns the kernel for `options`, building it first if the cache does not hold it.
 *
 * @throws `UserError` `BAD_SERIES`, `PATCH_FAILED`, `SYMBOL_DROPPED`, `CONFIGURE_FAILED`, `COMPILE_FAILED`; `InfraError`;
 *   the signal's reason. Nothing is then published.
 */
export async function buildKernel(options: BuildOptions, ctx: Context): Promise<KernelBuild> {
  const { flavour } = options;
  const recipe = await readRecipe(options, ctx);
  const { inputs } = recipe;
  if (await ctx.cache.use(ctx.cache.entryPath('kernel', inputs))) {
    // The kernel may be of another series, with the same code. Whether all of this one applies is known by trying.
    await patchedFiles(options.source, recipe.series, ctx);
    return runStage(ctx.events, 'build', `${flavour} kernel`, async () => {
      const value = await readBuild(ctx.cache.entryPath('kernel', inputs), contentKey(inputs), true);
      return { outcome: 'cached', detail: `${flavour} kernel ${value.release}`, value };
    });
  }
  const entry = await ctx.cache.produce('kernel', inputs, (dir) => make(options, recipe, dir, ctx));
  return readBuild(entry.dir, entry.key, entry.hit);
}

/**
 * The tree from which a kernel is, or would be, built: for reading, e.g. by a debugger.
 *
 * @returns its absolute path
 */
export async function sourceTree(options: BuildOptions, ctx: Context): Promise<string> {
  const { source, flavour, project } = options;
  const dir = await ctx.cache.workspace(treeName(source.sha256, flavour, project));
  await using lock = await acquireLock(join(dir, 'lock'), `the ${flavour} kernel's build tree`, ctx);
  void lock;
  const worktree = await openWorktree(source, dir, flavour, ctx);
  await patchWorktree(worktree, source, await seriesFor(flavour, project), ctx);
  return worktree.linux;
}

/** What is applied for `flavour`. */
async function seriesFor(flavour: Flavour, project: KernelProject): Promise<Series> {
  return isPatched(flavour) ? readSeries(project.seriesDir) : NO_SERIES;
}

async function make(options: BuildOptions, recipe: Recipe, dest: string, ctx: Context): Promise<void> {
  const { source, flavour } = options;
  const { series, toolchain, fragments } = recipe;
  const dir = await ctx.cache.workspace(treeName(source.sha256, flavour, options.project));
  const what = `the ${flavour} kernel's build tree`;
  await using lock = await acquireLock(join(dir, 'lock'), what, ctx);
  void lock;
  const worktree = await openWorktree(source, dir, flavour, ctx);
  await patchWorktree(worktree, source, series, ctx);
  await configureWorktree({ worktree, fragments, toolchain, inputs: kconfigInputs(source, series) }, ctx);
  await runStage(ctx.events, 'build', `${flavour} kernel`, async () => {
    const jobs = options.jobs ?? availableParallelism();
    const steps = await runCompile({ worktree, flavour, jobs, toolchain }, ctx);
    const release = (await readFile(join(worktree.build, 'include/config/kernel.release'), 'utf8')).trim();
    const files = { 'arch/x86/boot/bzImage': 'bzImage', vmlinux: 'vmlinux', 'System.map': 'System.map' };
    const digests: Record<string, string> = {};
    for (const [from, name] of [...Object.entries(files), ['.config', 'config'] as const]) {
      await copyFile(join(worktree.build, from), join(dest, name));
      digests[name] = await fileHash(join(dest, name));
    }
    const { tree: _tree, ...origin } = source;
    const manifest: KernelManifest = {
      release,
      source: origin,
      changed: touchedPaths(series.buildChanges),
      changesHash: series.buildHash,
      gcc: toolchain.gcc,
      ld: toolchain.ld,
      makeVariables: BUILD_VARIABLES,
      files: digests,
    };
    await writeFile(join(dest, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return { outcome: 'done', detail: `${flavour} kernel ${release}, ${steps} steps`, value: undefined };
  });
}

/** What of source and series can change a resolved .config: a change of C code must not run Kconfig again. */
function kconfigInputs(source: KernelSource, series: Series): KeyValue {
  const relevant = series.buildChanges.filter(({ oldPath, newPath }) =>
    /(^|\/)(Kconfig|Makefile|scripts\/)/.test(newPath ?? oldPath ?? ''),
  );
  return [
    source.sha256,
    ...relevant.map(({ newPath, hunks }) => [newPath ?? '', hunks.flatMap(({ lines }) => lines)]),
  ];
}

async function readBuild(dir: string, key: string, hit: boolean): Promise<KernelBuild> {
  const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as KernelManifest;
  return {
    release: manifest.release,
    bzImage: join(dir, 'bzImage'),
    vmlinux: join(dir, 'vmlinux'),
    config: join(dir, 'config'),
    systemMap: join(dir, 'System.map'),
    key,
    hit,
    manifest,
  };
}
