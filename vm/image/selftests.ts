/**
 * Compiles the kselftests that a series brings: C programs in a folder of tools/testing/selftests, written with the
 * kernel's own kselftest_harness.h.
 *
 * They are compiled as they stand in the series, which need not be applied to any tree for it: beside the harness's headers
 * out of the kernel's source, with the UAPI headers of the series. The folder's Makefile is for those who build in a kernel
 * tree; here each `*_test.c` is a static program, linked with the folder's other C files.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { createdFiles, type Series } from '../kernel/series.ts';
import type { KernelSource } from '../kernel/source/source.ts';
import type { Project } from '../project.ts';
import { type Compiled, compilePrograms, type Program } from './compile.ts';

const ROOT = 'tools/testing/selftests';
/** What a test includes as `../kselftest_harness.h`, and what that includes. */
const HARNESS = ['kselftest.h', 'kselftest_harness.h'] as const;

export interface SelftestOptions {
  readonly project: Pick<Project, 'name' | 'seriesDir' | 'selftests'>;
  readonly series: Series;
  readonly source: KernelSource;
  /** The folder that `uapiHeaders` filled. */
  readonly headers: string;
}

/**
 * The programs of all folders that the project names.
 *
 * @throws `UserError` `NO_SELFTESTS` when the series has no test in a folder, `COMPILE_FAILED`
 */
export async function compileSelftests(options: SelftestOptions, ctx: Context): Promise<Compiled[]> {
  const { project, series, source, headers } = options;
  const created = createdFiles(series);
  const folders = project.selftests.map((folder) => filesIn(folder, created, project.seriesDir));
  const inputs = { step: 1, series: series.hash, source: source.sha256, folders: [...project.selftests] };
  const { dir } = await ctx.cache.produce('selftests', inputs, async (scratch) => {
    await mkdir(join(scratch, ROOT), { recursive: true });
    for (const name of HARNESS) await copyFile(join(source.tree, ROOT, name), join(scratch, ROOT, name));
    for (const [path, text] of folders.flatMap((files) => [...files])) await write(join(scratch, path), text);
  });
  const numbers = `${project.name.replaceAll('-', '_')}_abi.h`;
  // In a kernel tree the numbers come with <asm/unistd.h>; here they are the host's, without those of the series.
  const flags = ['-pthread', '-Wno-extra', `-I${headers}`, '-include', numbers];
  return compilePrograms(
    folders.flatMap((files) => programsOf([...files.keys()], dir, flags)),
    ctx,
  );
}

/** The folder's files: text by path from the tree's top. */
function filesIn(
  folder: string,
  created: ReadonlyMap<string, string>,
  seriesDir: string,
): Map<string, string> {
  const files = new Map([...created].filter(([path]) => dirname(path) === join(ROOT, folder)));
  if (![...files.keys()].some(isTest)) {
    throw new UserError({
      code: 'NO_SELFTESTS',
      tried: `find the kselftests ${folder} in ${seriesDir}`,
      found: `no patch creates a ${join(ROOT, folder)}/*_test.c`,
      hint: 'name folders that the series brings, see "selftests" in docs/your-own-syscall.md',
    });
  }
  return files;
}

function programsOf(paths: readonly string[], dir: string, flags: readonly string[]): Program[] {
  const sources = paths.filter((path) => path.endsWith('.c')).toSorted();
  const shared = sources.filter((path) => !isTest(path)).map((path) => join(dir, path));
  return sources
    .filter(isTest)
    .map((path) => ({ name: basename(path, '.c'), sources: [join(dir, path), ...shared], flags }));
}

function isTest(path: string): boolean {
  return path.endsWith('_test.c');
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
