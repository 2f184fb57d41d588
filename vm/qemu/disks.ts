/** The disks of a guest: sparse image files in its run folder. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { Disk } from './machine.ts';

export interface DiskOptions {
  /** Size in MiB; the host's disk holds only what the guest writes. */
  readonly sizeMiB: number;
}

const MIB = 1024 * 1024;

/** Creates `disk0.img`, `disk1.img`, ... in `dir`: all zeroes, to be formatted by the guest. */
export async function createDisks(disks: readonly DiskOptions[], dir: string): Promise<Disk[]> {
  return Promise.all(
    disks.map(async ({ sizeMiB }, index) => {
      if (!Number.isInteger(sizeMiB) || sizeMiB <= 0) {
        throw new UsageError({
          code: 'DISK_SIZE',
          tried: `create disk ${index} of the guest`,
          found: `a size of ${sizeMiB} MiB`,
          hint: 'give a whole number above 0',
        });
      }
      const path = join(dir, `disk${index}.img`);
      await using file = await open(path, 'wx');
      await file.truncate(sizeMiB * MIB);
      return { path, format: 'raw' } as const;
    }),
  );
}
