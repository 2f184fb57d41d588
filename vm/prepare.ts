/** Everything that a boot needs, made or found in the cache: the kernels on one side, the image on the other. */
import { readFile, stat } from 'node:fs/promises';
import type { Context } from './context.ts';
import { compileGuestPrograms } from './image/guest-programs.ts';
import { findHostProgram } from './image/host-programs.ts';
import { type GuestFile, packInitramfs } from './image/initramfs.ts';
import { packageProgram, packageSyncer } from './image/syncer.ts';
import { buildKernel, type KernelBuild } from './kernel/build.ts';
import type { Flavour } from './kernel/layout.ts';
import { compileSelftests } from './image/selftests.ts';
import { readSeries } from './kernel/series.ts';
import { fetchKernel } from './kernel/source/fetch.ts';
import type { KernelSource } from './kernel/source/source.ts';
import { uapiHeaders } from './kernel/uapi.ts';
import type { Project } from './project.ts';

export interface PrepareOptions {
  /** `auto`, `kernel.org`, `debian`, or the path of a tarball or tree. */
  readonly source: string;
  readonly flavours: readonly Flavour[];
  readonly jobs: number;
  readonly project: Project;
}

export interface Prepared {
  readonly kernels: ReadonlyMap<Flavour, KernelBuild>;
  readonly initramfs: { readonly path: string; readonly sha256: string };
  /** The packaged syncer on the host, the same bytes as in the image; absent where the project has none. */
  readonly syncer?: string;
}

/**
 * Runs the stages from source to initramfs. The image is packed while the kernel is fetched and built: of the kernel it
 * needs no more than the source, and that only for kselftests. When one of them fails, the other is stopped.
 */
export async function prepare(options: PrepareOptions, context: Context): Promise<Prepared> {
  const failure = new AbortController();
  const shared = { ...context, signal: AbortSignal.any([context.signal, failure.signal]) };
  const stopOthers = (error: unknown): never => {
    failure.abort(error);
    throw error;
  };
  const source = fetchKernel({ source: options.source }, shared);
  const work = [
    prepareKernels(options, source, shared).catch(stopOthers),
    prepareImage(options, source, shared).catch(stopOthers),
  ] as const;
  const settled = await Promise.allSettled(work);
  // Which failed first is the reason of the abort; the other's error is only its echo.
  if (failure.signal.aborted) throw failure.signal.reason;
  const [kernels, image] = settled;
  if (kernels.status === 'rejected') throw kernels.reason;
  if (image.status === 'rejected') throw image.reason;
  return { kernels: kernels.value, ...image.value };
}

async function prepareKernels(
  options: PrepareOptions,
  fetched: Promise<KernelSource>,
  context: Context,
): Promise<Map<Flavour, KernelBuild>> {
  const { jobs, project } = options;
  const source = await fetched;
  const kernels = new Map<Flavour, KernelBuild>();
  for (const flavour of options.flavours) {
    kernels.set(flavour, await buildKernel({ source, flavour, jobs, project }, context));
  }
  return kernels;
}

async function prepareImage(
  { project }: PrepareOptions,
  fetched: Promise<KernelSource>,
  context: Context,
): Promise<Omit<Prepared, 'kernels'>> {
  const syncer = project.syncer ? { syncer: (await packageSyncer(context)).path } : {};
  // The numbers and structs of a project's calls come from the series itself, never from a copy.
  const { name } = project;
  const series = await readSeries(project.seriesDir);
  const headers = await context.cache.produce('uapi', { step: 2, name, series: series.hash }, (dir) =>
    uapiHeaders(dir, series, name),
  );
  const programs = await compileGuestPrograms(project.guestSources, context, [`-I${headers.dir}`]);
  for (const source of project.packagedSources) programs.push(await packageProgram(source, context));
  if (project.selftests.length > 0) {
    const selftests = { project, series, source: await fetched, headers: headers.dir };
    programs.push(...(await compileSelftests(selftests, context)));
  }
  const content = {
    ...syncer,
    programs: [...programs, ...(await findHostPrograms(project))],
    files: await Promise.all(project.files.map(readGuestFile)),
  };
  return { initramfs: await packInitramfs(content, context), ...syncer };
}

async function findHostPrograms({ hostPrograms }: Project): Promise<{ name: string; path: string }[]> {
  const found = await Promise.all(hostPrograms.map((name) => findHostProgram(name)));
  return hostPrograms.flatMap((name, index) => {
    const path = found[index];
    return path === undefined ? [] : [{ name, path }];
  });
}

async function readGuestFile({ guestPath, source }: Project['files'][number]): Promise<GuestFile> {
  const executable = ((await stat(source)).mode & 0o100) !== 0;
  return { path: guestPath, data: await readFile(source), mode: executable ? 0o755 : 0o644 };
}
