/** Writes down what a run depends on, and tells what of it differs when the run is repeated. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, release, type } from 'node:os';
import { join, relative } from 'node:path';
import { rememberedHash } from '../host/file-hash.ts';
import { runTool } from '../host/tool.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { KernelBuild } from '../kernel/build.ts';
import { isPatched } from '../kernel/layout.ts';
import type { Patch, Series } from '../kernel/series.ts';
import { CHECKOUT } from '../paths.ts';
import type { Prepared } from '../prepare.ts';
import type { Accel } from '../qemu/accel/accel.ts';
import { quoteWord } from '../qemu/machine/quote.ts';
import { type Manifest, manifestSchema } from './manifest-schema.ts';

export interface ManifestParts {
  readonly runDir: string;
  readonly started: Date;
  readonly prepared: Prepared;
  readonly series: Series;
  readonly accel: Accel;
  readonly qemuVersion: string;
  readonly options: Omit<Manifest['options'], 'accel'>;
}

/** What the run in `runDir` depends on. */
export async function manifestOf(parts: ManifestParts, ctx: Context): Promise<Manifest> {
  const { runDir, started, prepared, series, accel, options } = parts;
  const kernels = [...prepared.kernels].map(
    ([flavour, build]) => [flavour, kernelOf(build, isPatched(flavour) ? series.patches : [])] as const,
  );
  const path = relative(CHECKOUT, join(runDir, 'manifest.json'));
  return {
    manifest: 1,
    started: started.toISOString(),
    repeat: `npm run vm:test -- --from-manifest ${quoteWord(path)}`,
    checkout: await checkoutState(ctx),
    options: { ...options, accel: accel.name },
    kernels: Object.fromEntries(kernels),
    initramfs: prepared.initramfs.sha256,
    ...(prepared.syncer !== undefined && { syncer: await rememberedHash(prepared.syncer, ctx.cache) }),
    host: {
      node: process.version,
      qemu: parts.qemuVersion,
      accel: accel.name,
      accelWhy: accel.why,
      cpus: availableParallelism(),
      os: `${type()} ${release()}`,
    },
  };
}

function kernelOf({ manifest }: KernelBuild, applied: readonly Patch[]): Manifest['kernels'][string] {
  const { release: name, source, gcc, ld, makeVariables, files } = manifest;
  // Of today's series, in full: a kernel from the cache may be of one with other documentation.
  const patches = applied.map((patch) => ({
    name: patch.name,
    sha256: createHash('sha256').update(patch.text).digest('hex'),
  }));
  return { release: name, source: { ...source }, patches, gcc, ld, makeVariables, files };
}

async function checkoutState({ signal }: Context): Promise<Manifest['checkout']> {
  const git = async (...args: string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await runTool('git', ['-C', CHECKOUT, ...args], { signal });
    return exitCode === 0 ? stdout.trim() : undefined;
  };
  const commit = await git('rev-parse', 'HEAD');
  const changes = await git('status', '--porcelain');
  return { commit: commit ?? null, dirty: commit === undefined || changes !== '' };
}

export async function writeManifest(runDir: string, manifest: Manifest): Promise<void> {
  await writeFile(join(runDir, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * @throws UsageError when `path` is no manifest
 */
export async function readManifest(path: string): Promise<Manifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new UsageError({
      code: 'BAD_MANIFEST',
      tried: `read the manifest ${path}`,
      found: (error as Error).message,
      hint: 'give the manifest.json of a run, e.g. --from-manifest build/runs/latest/manifest.json',
      cause: error,
    });
  }
}

/** What says when and where a run was, and not what it depends on. */
const INCIDENTAL = new Set(['started', 'repeat', 'host.accelWhy', 'host.cpus']);

/** What is another than it was, one line each; empty when the run is repeated as it was. */
export function manifestChanges(then: Manifest, now: Manifest): string[] {
  const [before, after] = [leaves(then), leaves(now)];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .filter((name) => !INCIDENTAL.has(name) && before.get(name) !== after.get(name))
    .map((name) => `${name}: ${before.get(name) ?? 'absent'} then, ${after.get(name) ?? 'absent'} now`);
}

/** Every value by the path of its names, as text. */
function leaves(
  value: unknown,
  path: readonly string[] = [],
  found = new Map<string, string>(),
): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, [...path, key], found);
  } else found.set(path.join('.'), JSON.stringify(value));
  return found;
}
