/** Which family of Linux distribution this is, and how its packages are installed. */
import { readFile } from 'node:fs/promises';
import type { Requirement } from './requirement.ts';

export type Family = keyof Requirement['packages'];

/** Install commands, without the `sudo` that an ordinary user needs. */
const INSTALL: Readonly<Record<Family, readonly string[]>> = {
  debian: ['apt-get', 'install', '--yes', '--no-install-recommends'],
  fedora: ['dnf', 'install', '--assumeyes'],
  arch: ['pacman', '-S', '--needed', '--noconfirm'],
};

/** Each family, in the order in which they are named. */
export const FAMILIES: readonly Family[] = ['debian', 'fedora', 'arch'];

/**
 * The family named by an os-release file (ID and ID_LIKE, see os-release(5)), or undefined where it is none of ours:
 * then packages can be named, but not installed.
 */
export function familyOf(osRelease: string): Family | undefined {
  const ids = osRelease.split('\n').filter((line) => /^ID(_LIKE)?=/.test(line));
  const words = new Set(
    ids.flatMap((line) => line.replace(/^\w+=/, '').replaceAll(/["']/g, '').split(/\s+/)),
  );
  if (words.has('debian') || words.has('ubuntu')) return 'debian';
  if (words.has('fedora') || words.has('rhel')) return 'fedora';
  if (words.has('arch')) return 'arch';
  return undefined;
}

/** The family of the running system. */
export async function hostFamily(): Promise<Family | undefined> {
  return familyOf(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** The argument vector that installs `packages` as the user with numeric id `uid` (0 needs no sudo). */
export function installCommand(family: Family, packages: readonly string[], uid: number): string[] {
  return [...(uid === 0 ? [] : ['sudo']), ...INSTALL[family], ...packages];
}
