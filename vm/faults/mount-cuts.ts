/** Recorded disks in a guest: formatted so that they can be marked, and mounted again as each power cut left them. */
import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { diskDevice } from '../qemu/machine/blockdev.ts';
import type { Vm } from '../qemu/vm.ts';
import { MARK_BYTES } from './marks.ts';
import type { PowerCut } from './power-cut.ts';

const MIB = 1024 * 1024;
/** Holes are kept in pieces of this size. */
const CHUNK = 64 * 1024;

/**
 * Makes an ext4 on disk `index`, leaving out the block for marks, and mounts it at `folder`.
 *
 * @param mountOptions as for mount's -o, e.g. `noauto_da_alloc`
 */
export async function formatDisk(
  vm: Vm,
  index: number,
  folder: string,
  mountOptions = 'defaults',
): Promise<void> {
  const device = diskDevice(index);
  const script =
    'size=$(blockdev --getsize64 "$1") && ' +
    // Everything is written now, and not by a thread of the kernel at some time later.
    `mkfs.ext4 -q -m 0 -E lazy_itable_init=0,lazy_journal_init=0 "$1" $(((size - ${MARK_BYTES}) / 1024))k && ` +
    'mkdir -p "$2" && mount -t ext4 -o "$3" "$1" "$2"';
  await must(vm, script, [device, folder, mountOptions], `format ${device}`);
}

export interface MountedCut {
  readonly cut: PowerCut;
  /** Where the guest has the file system, mounted and recovered. */
  readonly folder: string;
}

/**
 * Mounts each cut in the guest `vm`, one after the other, on its disk `index`, which has the size of the recorded one; its
 * content is replaced.
 *
 * @throws UserError `CUT_NOT_MOUNTABLE` when the file system did not survive
 */
export async function* mountCuts(
  vm: Vm,
  index: number,
  cuts: AsyncIterable<PowerCut>,
): AsyncGenerator<MountedCut> {
  const device = diskDevice(index);
  const folder = `/run/cut${index}`;
  const image = vm.disks[index]?.path ?? '';
  for await (const cut of cuts) {
    await writeImage(image, cut.image);
    await must(vm, 'mkdir -p "$2" && mount -t ext4 "$1" "$2"', [device, folder], `mount it ${cut.name}`);
    try {
      yield { cut, folder };
    } finally {
      // The kernel forgets what it knew of the disk when nobody has it open any more.
      await must(vm, 'umount "$1"', [folder], `unmount it ${cut.name}`);
    }
  }
}

/** Replaces an image in place, sparsely: QEMU has the file open. */
async function writeImage(path: string, image: Buffer): Promise<void> {
  await using file = await open(path, 'r+');
  const { size } = await file.stat();
  if (size !== image.length) {
    throw new UserError({
      code: 'CUT_SIZE',
      tried: `write a disk of ${image.length / MIB} MiB to ${path}`,
      found: `it has ${size / MIB} MiB`,
      hint: 'give the guest that looks at the cuts a disk of the size of the recorded one',
    });
  }
  await file.truncate(0);
  await file.truncate(size);
  const zeroes = Buffer.alloc(CHUNK);
  for (let at = 0; at < size; at += CHUNK) {
    const chunk = image.subarray(at, at + CHUNK);
    if (!chunk.equals(zeroes.subarray(0, chunk.length))) await file.write(chunk, 0, chunk.length, at);
  }
}

async function must(vm: Vm, script: string, args: readonly string[], tried: string): Promise<void> {
  const { code, stderr } = await vm.exec(['sh', '-c', script, 'sh', ...args]);
  if (code === 0) return;
  throw new UserError({
    code: 'CUT_NOT_MOUNTABLE',
    tried: `${tried}, in the guest ${vm.name}`,
    found: stderr.trim() || `exit code ${code}`,
    hint: `the guest's console has the file system's own words: ${vm.dir}/console.log`,
  });
}
