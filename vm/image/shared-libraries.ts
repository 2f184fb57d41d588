/** Which files a dynamic executable needs beside itself, as its own loader says. */
import { realpath } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { InfraError } from '../errors.ts';
import { mustRun } from '../host/tool.ts';
import { interpreterOf } from './elf.ts';

export interface SharedLibrary {
  /** Where the loader looks for it: the same absolute path in the guest. */
  readonly path: string;
  /** The file on the host, symbolic links followed. */
  readonly source: string;
}

/**
 * The libraries of `executable` (an absolute path), the dynamic loader among them; none for a static one or a script.
 *
 * @throws `InfraError` `LIBRARY_MISSING` when the host has not all of them
 */
export async function sharedLibraries(executable: string, ctx: Context): Promise<SharedLibrary[]> {
  const loader = await interpreterOf(executable);
  if (loader === undefined) return [];
  // This is ldd(1) without its shell: the loader lists what it would load, and ends.
  const { stdout } = await mustRun(loader, [executable], {
    signal: ctx.signal,
    env: { LC_ALL: 'C', LD_TRACE_LOADED_OBJECTS: '1' },
  });
  const { paths, missing } = parseList(stdout);
  if (missing.length > 0) {
    throw new InfraError({
      code: 'LIBRARY_MISSING',
      tried: `find the shared libraries of ${executable}`,
      found: `its loader does not find ${missing.join(', ')}`,
      hint: `install the package that holds ${missing[0]}`,
    });
  }
  const all = new Set([...paths, loader]);
  return Promise.all([...all].toSorted().map(async (path) => ({ path, source: await realpath(path) })));
}

/** Reads what a loader lists: `name => path (address)`, `path (address)` for itself, `name => not found`. */
export function parseList(output: string): { paths: string[]; missing: string[] } {
  const paths = new Set<string>();
  const missing: string[] = [];
  for (const line of output.split('\n')) {
    const absent = /^\s*(\S+) => not found/.exec(line)?.[1];
    const path = /^\s*(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    if (absent !== undefined) missing.push(absent);
    // linux-vdso.so.1 has no path: the kernel brings it.
    if (path !== undefined) paths.add(path);
  }
  return { paths: [...paths].toSorted(), missing };
}
