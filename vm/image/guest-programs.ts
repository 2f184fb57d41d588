/** Compiles the C programs that tests run in the guest: one file, one static program of the same name. */
import { basename, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { type Compiled, compilePrograms } from './compile.ts';

/** `flags` go to the compiler as they are, such as `-I/folder` with the patched kernel's headers. */
export async function compileGuestPrograms(
  sources: readonly string[],
  ctx: Context,
  flags: readonly string[] = [],
): Promise<Compiled[]> {
  const programs = sources.map((source) => ({
    name: basename(source, '.c'),
    sources: [resolve(source)],
    flags,
  }));
  return compilePrograms(programs, ctx);
}
