/** Compiles C into static programs for the guest, content-addressed by all that goes in. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa, ExecaError } from 'execa';
import type { Context } from '../context.ts';
import { InfraError, UserError } from '../errors.ts';

/** Static, because the guest has no libraries of its own; warnings are errors; stripped, with no path of this machine. */
export const C_FLAGS: readonly string[] = [
  '-std=gnu17',
  '-D_GNU_SOURCE',
  '-static',
  '-Os',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-s',
  '-Wl,--build-id=none',
];

export interface Program {
  /** Its file name in the guest. */
  readonly name: string;
  /** Absolute paths of C files, in the order of linking. */
  readonly sources: readonly string[];
  /** Further compiler arguments, such as `-I/folder` (in one word) or `-pthread`. */
  readonly flags?: readonly string[];
}

export interface Compiled {
  readonly name: string;
  /** Absolute path of the executable, inside the cache. */
  readonly path: string;
  readonly key: string;
  readonly hit: boolean;
}

/**
 * Compiles one program with `cc`.
 *
 * The key holds the preprocessed sources (so every header counts), the compiler's version and the C library that is
 * linked in. Throws UserError when the compiler refuses the source, InfraError when there is no compiler.
 */
export async function compileProgram(program: Program, ctx: Context): Promise<Compiled> {
  const { name, sources, flags = [] } = program;
  // Relative names, seen from the sources' folder, so that a checkout elsewhere gives the same bytes.
  const cwd = dirname(sources[0] ?? '.');
  const names = sources.map((source) => relative(cwd, source));
  const allFlags = [...C_FLAGS, ...flags];
  const preprocessed = await cc(['-E', '-P', ...allFlags, ...names], name, cwd, ctx.signal);
  const inputs = {
    step: 1,
    name,
    // Where headers lie differs between machines; what they hold is in the preprocessed sources.
    flags: allFlags.filter((flag) => !flag.startsWith('-I')),
    sources: names,
    preprocessed: createHash('sha256').update(preprocessed).digest('hex'),
    toolchain: await toolchain(cwd, ctx.signal),
  };
  const { dir, key, hit } = await ctx.cache.produce('program', inputs, async (scratch) => {
    await cc([...allFlags, `-o`, join(scratch, name), ...names], name, cwd, ctx.signal);
  });
  return { name, path: join(dir, name), key, hit };
}

/** What the compiler is, and what it links in without being asked. */
async function toolchain(cwd: string, signal: AbortSignal): Promise<{ version: string; libc: string }> {
  const version = await cc(['--version'], 'anything', cwd, signal);
  const libc = (await cc(['-print-file-name=libc.a'], 'anything', cwd, signal)).trim();
  const bytes = await readFile(libc).catch((cause: unknown) => {
    throw new InfraError({
      code: 'NO_STATIC_LIBC',
      tried: 'find the static C library, libc.a',
      found: `cc -print-file-name=libc.a says ${libc}, which cannot be read`,
      hint: 'apt-get install libc6-dev',
      cause,
    });
  });
  return {
    version: version.split('\n')[0] ?? '',
    libc: createHash('sha256').update(bytes).digest('hex'),
  };
}

async function cc(
  args: readonly string[],
  name: string,
  cwd: string,
  cancelSignal: AbortSignal,
): Promise<string> {
  try {
    const { stdout } = await execa('cc', args, { cwd, cancelSignal, env: { LC_ALL: 'C' } });
    return stdout;
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    if (error.code === 'ENOENT') {
      throw new InfraError({
        code: 'NO_COMPILER',
        tried: `compile ${name} for the guest`,
        found: 'there is no cc on the PATH',
        hint: 'apt-get install gcc libc6-dev',
        cause: error,
      });
    }
    const complaint = error.stderr || error.shortMessage;
    const missing = /fatal error: (\S+): No such file/.exec(complaint)?.[1];
    throw new UserError({
      code: 'COMPILE_FAILED',
      tried: `compile ${name}: ${error.command}`,
      found: complaint,
      hint: missing === 'jsmn.h' ? 'apt-get install libjsmn-dev' : 'correct the source and run it again',
      cause: error,
    });
  }
}
