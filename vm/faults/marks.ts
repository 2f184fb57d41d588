/**
 * Marks in the record of a disk: what the guest announced, and when in the order of the disk's writes it did so.
 *
 * A mark is a write to the disk's last 4 KiB, which are left out of the file system (see guest/faults/mark.c).
 */
import { GuestError } from '../guest/errors.ts';
import { diskDevice } from '../qemu/machine/blockdev.ts';
import type { Vm } from '../qemu/vm.ts';

/** How much of a recorded disk's end is not the file system's. */
export const MARK_BYTES = 4096;

const MAGIC = Buffer.from('dirsync-mark\n');

/** The text of a mark, if `data` at the end of a disk is one. */
export function markText(data: Buffer): string | undefined {
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const end = data.indexOf(0, MAGIC.length);
  return data.toString('utf8', MAGIC.length, end === -1 ? data.length : end);
}

/**
 * Announces `text` in the record of disk `index`. A program in the guest does the same by running `faults mark /dev/vda TEXT`.
 *
 * @throws GuestError when the text does not fit, or the file system covers the whole disk
 */
export async function markDisk(vm: Vm, index: number, text: string): Promise<void> {
  const { code, stderr } = await vm.exec(['faults', 'mark', diskDevice(index), text]);
  if (code !== 0) throw new GuestError(`mark disk ${index} in the guest`, 'EINVAL', stderr.trim());
}
