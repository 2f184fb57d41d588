/** Finds the QEMU binary on PATH and asks it for its version. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { InfraError } from '../errors.ts';
import { QEMU_REQUIREMENTS } from './requirements.ts';

const BINARY = 'qemu-system-x86_64';

/** `-action`, which keeps a panicking guest running until its report is complete, came with QEMU 6.0. */
const OLDEST_MAJOR = 6;

export interface Qemu {
  /** Absolute path of the binary. */
  readonly path: string;
  /** As printed, e.g. `7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)`. */
  readonly version: string;
}

/** Those that have told their version to this process, by their path: each boot wants to know, and asking takes 30 ms. */
const known = new Map<string, Qemu>();

/**
 * The QEMU that will be used; it is asked for its version once a process.
 *
 * @param env where `PATH` is looked up
 * @throws InfraError `QEMU_MISSING` when there is none on PATH, `QEMU_UNUSABLE` when it does not start or is too old
 */
export async function findQemu(
  env: NodeJS.ProcessEnv = process.env,
  cancelSignal?: AbortSignal,
): Promise<Qemu> {
  const path = await findOnPath(BINARY, env['PATH'] ?? '');
  const packages = QEMU_REQUIREMENTS.find((requirement) => requirement.command === BINARY)?.packages;
  if (path === undefined) {
    throw new InfraError({
      code: 'QEMU_MISSING',
      tried: `find ${BINARY} on PATH`,
      found: `it is in none of: ${env['PATH'] ?? '(PATH is not set)'}`,
      hint: `apt-get install ${packages?.debian} (Fedora: dnf install ${packages?.fedora}; Arch: pacman -S ${packages?.arch})`,
    });
  }
  const asked = known.get(path);
  if (asked !== undefined) return asked;
  const result = await execa(path, ['--version'], {
    reject: false,
    timeout: 10_000,
    ...(cancelSignal && { cancelSignal }),
  });
  cancelSignal?.throwIfAborted();
  const version = parseQemuVersion(result.stdout ?? '');
  if (result.failed || version === undefined || version.major < OLDEST_MAJOR) {
    throw new InfraError({
      code: 'QEMU_UNUSABLE',
      tried: `${path} --version`,
      found: result.failed
        ? (result.message ?? 'it failed')
        : `\`${result.stdout}\`, and ${OLDEST_MAJOR}.0 or later is needed`,
      hint: `reinstall it: apt-get install --reinstall ${packages?.debian}`,
      cause: result.failed ? result : undefined,
    });
  }
  const qemu: Qemu = { path, version: version.text };
  known.set(path, qemu);
  return qemu;
}

/** Reads the first line of `qemu-system-x86_64 --version`; undefined when it is something else. */
export function parseQemuVersion(
  output: string,
): { readonly major: number; readonly text: string } | undefined {
  const match = /^QEMU emulator version ((\d+)\.\d+\.\d+.*)$/m.exec(output);
  if (match === null) return undefined;
  return { major: Number(match[2]), text: match[1]! };
}

async function findOnPath(name: string, path: string): Promise<string | undefined> {
  for (const dir of path.split(delimiter)) {
    if (dir === '') continue;
    const candidate = join(dir, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here: the next folder may have it.
    }
  }
  return undefined;
}
