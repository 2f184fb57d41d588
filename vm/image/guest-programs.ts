/** Compiles the C programs that tests run in the guest: one file, one static program of the same name. */
import { basename, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { compileProgram, type Compiled } from './compile.ts';

/** `flags` go to the compiler as they are, such as `-I/folder` with the patched kernel's headers. */
export async function compileGuestPrograms(
  sources: readonly string[],
  ctx: Context,
  flags: readonly string[] = [],
): Promise<Compiled[]> {
  const programs: Compiled[] = [];
  // One after the other: a compiler each would take the machine from the kernel's build.
  for (const source of sources) {
    const program = { name: basename(source, '.c'), sources: [resolve(source)], flags };
    programs.push(await compileProgram(program, ctx));
  }
  return programs;
}
