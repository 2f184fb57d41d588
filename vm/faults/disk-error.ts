/**
 * A disk that fails: requests that the guest sees end with EIO.
 *
 * QEMU's blkdebug driver is put between the disk and its device while the guest runs, and taken out again, so that any disk
 * can fail at any time, on every kernel.
 */
import { diskName } from '../qemu/machine/blockdev.ts';
import type { Vm } from '../qemu/vm.ts';
import { undo } from './undo.ts';

export type DiskRequest = 'read' | 'write' | 'flush' | 'discard';

export interface DiskErrorOptions {
  /** Which requests fail. */
  readonly on: DiskRequest;
  /** Only those that touch this sector of 512 bytes. */
  readonly sector?: number;
  /** Only the first one. */
  readonly once?: boolean;
}

export interface DiskError extends AsyncDisposable {
  /** Makes the disk work again. */
  heal(): Promise<void>;
}

/**
 * Makes the requests to disk `index` of the guest fail, until the end of the scope or until `heal()`. One kind of error at a
 * time for each disk.
 *
 * @throws QmpError when QEMU refuses; before 6.2 it cannot
 */
export async function failDisk(vm: Vm, index: number, options: DiskErrorOptions): Promise<DiskError> {
  const disk = diskName(index);
  const faulty = `${disk}-faulty`;
  const { on: iotype, sector, once = false } = options;
  await vm.qmp.execute('blockdev-add', {
    driver: 'blkdebug',
    'node-name': faulty,
    image: disk,
    discard: 'unmap',
    // The event `none` is one that has happened from the start.
    'inject-error': [{ event: 'none', iotype, once, ...(sector !== undefined && { sector }) }],
  });
  await attach(vm, disk, faulty);
  let healed: Promise<void> | undefined;
  const heal = (): Promise<void> => (healed ??= undo(healDisk(vm, disk, faulty)));
  return { heal, [Symbol.asyncDispose]: heal };
}

async function healDisk(vm: Vm, disk: string, faulty: string): Promise<void> {
  await attach(vm, disk, disk);
  await vm.qmp.execute('blockdev-del', { 'node-name': faulty });
}

/** Connects a disk's device to another block node. */
async function attach(vm: Vm, device: string, node: string): Promise<void> {
  await vm.qmp.execute('qom-set', { path: `/machine/peripheral/${device}`, property: 'drive', value: node });
}
