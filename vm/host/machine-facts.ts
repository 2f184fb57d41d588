/** What a machine has beside packages: room on disk, memory, and a KVM that works. */
import { readFile, statfs } from 'node:fs/promises';
import type { Accel } from '../qemu/accel/accel.ts';

export interface MachineFacts {
  /** Bytes free for an ordinary user on the file system of the cache. */
  readonly diskFree: number;
  /** Bytes that can be had without swapping. */
  readonly memoryAvailable: number;
  readonly accel: Accel | undefined;
}

const GB = 1e9;

/**
 * Bytes of an empty cache's first run: 1.6 GB of source, unpacked; 0.2 GB for each of two kernels' trees (0.7 for the debug
 * kernel's); 0.1 GB for each kernel, image and packaged syncer; ccache up to its limit of 2 GB.
 */
export const DISK_NEEDED = 6 * GB;

/** Two guests of 1 GiB at a time, of which each touches a half, and a compiler for each processor beside them. */
export const MEMORY_NEEDED = 2 * GB;

export async function readMachineFacts(cacheRoot: string, accel: Accel | undefined): Promise<MachineFacts> {
  const { bavail, bsize } = await statfs(cacheRoot);
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'));
  return { diskFree: bavail * bsize, memoryAvailable: Number(available?.[1] ?? 0) * 1024, accel };
}

/** The lines below the doctor's table. */
export function renderFacts({ diskFree, memoryAvailable, accel }: MachineFacts, cacheRoot: string): string {
  return [
    `${accel?.name === 'kvm' ? 'ok ' : 'no '}      KVM: ${accel?.why ?? 'not tried, there is no QEMU'}`,
    amount(diskFree, DISK_NEEDED, `free for the cache, ${cacheRoot}`),
    amount(memoryAvailable, MEMORY_NEEDED, 'of memory available'),
  ].join('\n');
}

function amount(bytes: number, needed: number, of: string): string {
  const mark = bytes < needed ? 'LOW' : 'ok ';
  return `${mark}      ${(bytes / GB).toFixed(1)} GB ${of} (${needed / GB} GB are enough for everything)`;
}
