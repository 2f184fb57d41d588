/** Compiles C into static programs for the guest, content-addressed by all that goes in. */
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import type { KeyValue } from '../cache.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { type Compiler, readCompiler, runCompiler } from './compiler.ts';
import { IMAGE_REQUIREMENTS } from './requirements.ts';

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
 * Compiles `programs`, those that are not in the cache, and returns them in the same order.
 *
 * The key of each holds its preprocessed sources (so every header counts), the compiler's version and the C library
 * that is linked in. Throws UserError when the compiler refuses the source, InfraError when there is no compiler.
 */
export async function compilePrograms(programs: readonly Program[], ctx: Context): Promise<Compiled[]> {
  const compiler = await readCompiler(ctx);
  const jobs = await Promise.all(programs.map((program) => plan(program, compiler, ctx)));
  const compiled: Compiled[] = [];
  // One after the other: a compiler each would take the machine from the kernel's build.
  for (const job of jobs) compiled.push(await compile(job, ctx));
  return compiled;
}

/** A program with the arguments that compile it. */
interface Job {
  readonly name: string;
  /** The sources' folder: their names are relative, so that a checkout elsewhere gives the same bytes. */
  readonly cwd: string;
  readonly args: readonly string[];
  /** The key of what comes out. */
  readonly inputs: KeyValue;
}

async function plan(program: Program, compiler: Compiler, ctx: Context): Promise<Job> {
  const { name, sources, flags = [] } = program;
  const cwd = dirname(sources[0] ?? '.');
  const names = sources.map((source) => relative(cwd, source));
  const allFlags = [...C_FLAGS, ...flags];
  const args = [...allFlags, ...names];
  const preprocessed = await cc(['-E', '-P', ...args], { name, cwd }, ctx);
  const inputs = {
    step: 2,
    name,
    // Where headers lie differs between machines; what they hold is in the preprocessed sources.
    flags: allFlags.filter((flag) => !flag.startsWith('-I')),
    sources: names,
    preprocessed: createHash('sha256').update(preprocessed).digest('hex'),
    compiler,
  };
  return { name, cwd, args, inputs };
}

async function compile(job: Job, ctx: Context): Promise<Compiled> {
  const { name, args, inputs } = job;
  const { dir, key, hit } = await ctx.cache.produce('program', inputs, async (scratch) => {
    await cc(['-o', join(scratch, name), ...args], job, ctx);
  });
  return { name, path: join(dir, name), key, hit };
}

async function cc(
  args: readonly string[],
  { name, cwd }: Pick<Job, 'name' | 'cwd'>,
  ctx: Context,
): Promise<string> {
  const { exitCode, stdout, stderr } = await runCompiler(args, cwd, ctx);
  if (exitCode === 0) return stdout;
  const absent = /fatal error: (\S+): No such file/.exec(stderr)?.[1];
  const packaged = IMAGE_REQUIREMENTS.some(({ header }) => header !== undefined && header === absent);
  throw new UserError({
    code: 'COMPILE_FAILED',
    tried: `compile ${name}: cc ${args.join(' ')} (in ${cwd})`,
    found: stderr.trimEnd(),
    hint: packaged ? 'npm run vm:doctor' : 'correct the source and run it again',
  });
}
