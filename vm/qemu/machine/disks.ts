/** The disks of a guest: sparse image files in its run folder, or images that another guest has left. */
import { access, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { Disk } from './blockdev.ts';

/** A new disk, all zeroes, to be formatted by the guest; or one that exists, which the guest changes in place. */
export type DiskOptions =
  | {
      /** Size in MiB; the host's disk holds only what the guest writes. */
      readonly sizeMiB: number;
      /** Record every write and flush, for faults/power-cut.ts. */
      readonly record?: boolean;
    }
  | {
      /** Path of a raw image. */
      readonly image: string;
    };

const MIB = 1024 * 1024;

/** Creates `disk0.img`, `disk1.img`, ... and the logs of those that are recorded, `disk0.log`, in `dir`. */
export async function createDisks(disks: readonly DiskOptions[], dir: string): Promise<Disk[]> {
  return Promise.all(
    disks.map(async (options, index) => {
      if ('image' in options) return existingDisk(options.image, index);
      const { sizeMiB, record = false } = options;
      if (!Number.isInteger(sizeMiB) || sizeMiB <= 0) {
        throw new UsageError({
          code: 'DISK_SIZE',
          tried: `create disk ${index} of the guest`,
          found: `a size of ${sizeMiB} MiB`,
          hint: 'give a whole number above 0',
        });
      }
      const path = join(dir, `disk${index}.img`);
      await createEmpty(path, sizeMiB * MIB);
      if (!record) return { path };
      const log = join(dir, `disk${index}.log`);
      await createEmpty(log, 0);
      return { path, log };
    }),
  );
}

async function createEmpty(path: string, size: number): Promise<void> {
  await using file = await open(path, 'wx');
  await file.truncate(size);
}

async function existingDisk(image: string, index: number): Promise<Disk> {
  const path = resolve(image);
  try {
    await access(path);
  } catch (cause) {
    throw new UsageError({
      code: 'DISK_MISSING',
      tried: `give the guest ${path} as disk ${index}`,
      found: (cause as Error).message,
      hint: 'give the path of a raw image, such as one of `vm.disks` of a guest that has ended',
      cause,
    });
  }
  return { path };
}
