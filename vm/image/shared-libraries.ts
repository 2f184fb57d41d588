/** Which files a dynamic executable needs beside itself, as the host's own loader says. */
import { realpath } from 'node:fs/promises';
import { execa, ExecaError } from 'execa';
import { InfraError } from '../errors.ts';

export interface SharedLibrary {
  /** Where the loader looks for it: the same absolute path in the guest. */
  readonly path: string;
  /** The file on the host, symbolic links followed. */
  readonly source: string;
}

/** The libraries of `executable`, the dynamic loader among them; none for a static one. Throws InfraError when one is missing. */
export async function sharedLibraries(executable: string, signal: AbortSignal): Promise<SharedLibrary[]> {
  const { paths, missing } = parseLdd(await ldd(executable, signal));
  if (missing.length > 0) {
    throw new InfraError({
      code: 'LIBRARY_MISSING',
      tried: `find the shared libraries of ${executable}`,
      found: `ldd does not find ${missing.join(', ')}`,
      hint: `install the package that holds ${missing[0]}`,
    });
  }
  return Promise.all(paths.map(async (path) => ({ path, source: await realpath(path) })));
}

/** Reads what ldd prints: `name => path (address)`, `path (address)` for the loader, `name => not found`. */
export function parseLdd(output: string): { paths: string[]; missing: string[] } {
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

async function ldd(executable: string, cancelSignal: AbortSignal): Promise<string> {
  try {
    return (await execa('ldd', [executable], { cancelSignal, env: { LC_ALL: 'C' } })).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError) || error.isCanceled) throw error;
    if (/not a dynamic executable|statically linked/.test(error.message)) return '';
    throw new InfraError({
      code: 'LDD_FAILED',
      tried: `list the shared libraries: ldd ${executable}`,
      found: error.shortMessage,
      hint: error.code === 'ENOENT' ? 'apt-get install libc-bin' : `ldd ${executable}`,
      cause: error,
    });
  }
}
