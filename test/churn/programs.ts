/** The interpreter and the oracle as static programs: the same C runs on this host and in the guest. */
import { join } from 'node:path';
import type { Context } from '../../vm/context.ts';
import { compileGuestPrograms } from '../../vm/image/guest-programs.ts';
import type { Program } from './place.ts';

const SOURCES: Readonly<Record<Program, string>> = {
  churn: join(import.meta.dirname, 'interpreter/churn.c'),
  treecmp: join(import.meta.dirname, '../e2e/guest/treecmp.c'),
};

/** Absolute paths, compiled when they are not in the cache. */
export async function hostPrograms(ctx: Context): Promise<Readonly<Record<Program, string>>> {
  const compiled = await compileGuestPrograms(Object.values(SOURCES), ctx);
  const path = (program: Program): string => compiled.find(({ name }) => name === program)?.path ?? program;
  return { churn: path('churn'), treecmp: path('treecmp') };
}
