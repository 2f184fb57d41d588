/**
 * Decides where metadata comes from: the patched kernel's call 451, or statx everywhere else.
 *
 * A number is no proof: on other kernels 451 is another call. So the kernel must announce it in a sysctl first, and
 * nothing is ever called on the strength of less.
 */
import { readFileSync } from 'node:fs';
import type { Addon } from '../native/addon.ts';

/** The patched kernel's announcement: the version of the ABI, then the numbers of its calls, e.g. `1 451`. */
export const ABI_SYSCTL = '/proc/sys/fs/dirsync_abi';

export type MetadataSource = 'kernel' | 'statx';

export interface Metadata {
  readonly source: MetadataSource;
  /** Why, in one line for `--version` and `--stats`. */
  readonly reason: string;
}

/** What a person may ask for; `auto` takes the kernel's call where it is. */
export type MetadataChoice = 'auto' | MetadataSource;

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
      `NO_KERNEL_METADATA\n  tried: use the system call dirsync_stat\n  found: ${reason}\n` +
        `  try:   --metadata auto, or boot a kernel with the dirsync patches`,
    );
    this.name = 'NoKernelMetadata';
  }
}

let detected: Metadata | undefined;

/**
 * The source to use; detected once a process. Throws `NoKernelMetadata` when `choice` is `kernel` and it is not there.
 */
export function probeMetadata(addon: Addon, choice: MetadataChoice = 'auto'): Metadata {
  if (choice === 'statx') return { source: 'statx', reason: 'asked for' };
  detected ??= detect(addon, readAnnouncement());
  if (choice === 'kernel' && detected.source !== 'kernel') throw new NoKernelMetadata(detected.reason);
  return detected;
}

function readAnnouncement(): string | null {
  try {
    return readFileSync(ABI_SYSCTL, 'utf8');
  } catch {
    return null;
  }
}

/** The decision for what the sysctl holds (null: it cannot be read). Calls 451 only when it is announced. */
export function detect(
  addon: Pick<Addon, 'dirsyncAbi' | 'dirsyncSelfCheck'>,
  announcement: string | null,
): Metadata {
  const { version, dirsyncStat } = addon.dirsyncAbi;
  if (announcement === null) return { source: 'statx', reason: `no ${ABI_SYSCTL}` };
  const abi = parseAbi(announcement);
  if (abi?.version !== version) {
    const said = JSON.stringify(announcement.slice(0, 40).trim());
    return { source: 'statx', reason: `unknown ABI ${said} in ${ABI_SYSCTL}` };
  }
  if (!abi.calls.has(dirsyncStat))
    return { source: 'statx', reason: `${ABI_SYSCTL} lists no ${dirsyncStat}` };
  if (!addon.dirsyncSelfCheck())
    return { source: 'statx', reason: `call ${dirsyncStat} disagrees with stat(2) about /` };
  return { source: 'kernel', reason: `call ${dirsyncStat} announced and checked` };
}
