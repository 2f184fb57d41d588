/** The C compiler that makes the guest's programs, and how it is called. */
import type { Cache } from '../cache.ts';
import type { Context } from '../context.ts';
import { InfraError } from '../errors.ts';
import { rememberedHash } from '../host/file-hash.ts';
import { mustRun, runTool, type ToolResult } from '../host/tool.ts';

/** What of a compiler reaches the bytes of a program: a part of its key. */
export type Compiler = {
  /** First line of `cc --version`. */
  readonly version: string;
  /** sha256 of the C library that it links in without being asked. */
  readonly libc: string;
};

/** What was answered in this run: a cache is opened once a run, and no compiler is replaced within one. */
const answers = new WeakMap<Cache, Promise<Compiler>>();

/** @throws `InfraError` `TOOL_MISSING` when there is no cc, `NO_STATIC_LIBC` when there is no libc.a */
export async function readCompiler(ctx: Context): Promise<Compiler> {
  const answer = answers.get(ctx.cache) ?? askCompiler(ctx);
  answers.set(ctx.cache, answer);
  return answer;
}

async function askCompiler(ctx: Context): Promise<Compiler> {
  const ask = async (question: string): Promise<string> =>
    (await mustRun('cc', [question], { signal: ctx.signal, env: { LC_ALL: 'C' } })).stdout;
  const [version, file] = await Promise.all([ask('--version'), ask('-print-file-name=libc.a')]);
  const libc = file.trim();
  const hash = await rememberedHash(libc, ctx.cache).catch((cause: unknown) => {
    throw new InfraError({
      code: 'NO_STATIC_LIBC',
      tried: 'find the static C library, libc.a',
      found: `cc -print-file-name=libc.a says ${libc}, which cannot be read`,
      hint: 'npm run vm:doctor',
      cause,
    });
  });
  return { version: version.split('\n')[0] ?? '', libc: hash };
}

/** Runs `cc` in `cwd`, with nothing in its environment that could change the bytes. */
export async function runCompiler(args: readonly string[], cwd: string, ctx: Context): Promise<ToolResult> {
  return runTool('cc', args, { signal: ctx.signal, cwd, env: { LC_ALL: 'C' } });
}
