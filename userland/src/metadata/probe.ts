/**
 * Decides where metadata comes from: the patched kernel's calls, or statx everywhere else.
 *
 * A number is no proof: on other kernels 451 is another call. So the kernel must announce all of them in a sysctl first,
 * and nothing is ever called on the strength of less. Then 1451, which means nothing anywhere else, has to answer a query
 * with its magic number, and 451 has to agree with stat(2).
 */
import { readFileSync } from 'node:fs';
import type { Addon } from '../native/addon.ts';
import { MetadataSource } from './source.ts';

/** The patched kernel's announcement: the version of the ABI, then the numbers of its calls: `1 451 1451 1452`. */
export const ABI_SYSCTL = '/proc/sys/fs/dirsync_abi';

/** What a person may ask for; `auto` takes the kernel's calls where they are. */
export type MetadataChoice = 'auto' | 'kernel' | 'statx';

/** The version and the calls that the announcement names, or null when it is none. */
export function parseAbi(text: string): { version: number; calls: ReadonlySet<number> } | null {
  const words = text.trim().split(/\s+/);
  if (words.some((word) => !/^[1-9]\d{0,5}$/.test(word))) return null;
  const [version, ...calls] = words.map(Number);
  return version === undefined ? null : { version, calls: new Set(calls) };
}

/** Raised when `kernel` was asked for and is not there. */
export class NoKernelMetadata extends Error {
  readonly code = 'NO_KERNEL_METADATA';

  constructor(reason: string) {
    super(
      `NO_KERNEL_METADATA\n  tried: use the system calls of the dirsync patches\n  found: ${reason}\n` +
        `  try:   --metadata auto, or boot a kernel with the dirsync patches`,
    );
    this.name = 'NoKernelMetadata';
  }
}

let detected: MetadataSource | undefined;

/**
 * The source to use; detected once a process. Throws `NoKernelMetadata` when `choice` is `kernel` and it is not there.
 */
export function probeMetadata(addon: Addon, choice: MetadataChoice = 'auto'): MetadataSource {
  if (choice === 'statx') return new MetadataSource('statx', 'asked for');
  detected ??= detect(addon, readAnnouncement());
  if (choice === 'kernel' && detected.kind !== 'kernel') throw new NoKernelMetadata(detected.reason);
  return detected;
}

function readAnnouncement(): string | null {
  try {
    return readFileSync(ABI_SYSCTL, 'utf8');
  } catch {
    return null;
  }
}

/** The decision for what the sysctl holds (null: it cannot be read). Calls only what is announced. */
export function detect(
  addon: Pick<Addon, 'dirsyncAbi' | 'dirsyncQuery' | 'dirsyncSelfCheck'>,
  announcement: string | null,
): MetadataSource {
  const { version, dirsyncStat, dirsyncList, dirsyncDiff } = addon.dirsyncAbi;
  const calls = [dirsyncStat, dirsyncList, dirsyncDiff];
  if (announcement === null) return new MetadataSource('statx', `no ${ABI_SYSCTL}`);
  const abi = parseAbi(announcement);
  if (abi?.version !== version) {
    const said = JSON.stringify(announcement.slice(0, 40).trim());
    return new MetadataSource('statx', `unknown ABI ${said} in ${ABI_SYSCTL}`);
  }
  const missing = calls.filter((call) => !abi.calls.has(call));
  if (missing.length > 0) return new MetadataSource('statx', `${ABI_SYSCTL} lists no ${missing.join(', ')}`);
  if (!addon.dirsyncQuery())
    return new MetadataSource('statx', `call ${dirsyncList} does not answer a query`);
  if (!addon.dirsyncSelfCheck())
    return new MetadataSource('statx', `call ${dirsyncStat} disagrees with stat(2) about /`);
  return new MetadataSource('kernel', `calls ${calls.join(', ')} announced and checked`);
}
