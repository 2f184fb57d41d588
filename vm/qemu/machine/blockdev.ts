/**
 * A disk as QEMU's arguments: block nodes with names that QMP can address, and the device that the guest sees.
 *
 * The topmost node of disk N is called `diskN`, and so is its device. Faults are put between the two while the guest runs,
 * see faults/disk-error.ts.
 */

export interface Disk {
  /** Absolute path of the raw image. The first disk is /dev/vda in the guest. */
  readonly path: string;
  /** Absolute path of the file in which QEMU records every write and flush, as dm-log-writes does. */
  readonly log?: string;
}

/** The name of the disk's topmost block node, and of its device. */
export function diskName(index: number): string {
  return `disk${index}`;
}

/** What the guest calls it: `/dev/vda`, ... */
export function diskDevice(index: number): string {
  return `/dev/vd${String.fromCharCode('a'.charCodeAt(0) + index)}`;
}

/** @param virtio what the machine calls its virtio devices: `pci` or `device` */
export function diskArguments(disk: Disk, index: number, virtio: string): string[] {
  const image = { driver: 'raw', file: hostFile(disk.path), discard: 'unmap' };
  const node =
    disk.log === undefined ? image : { driver: 'blklogwrites', file: image, log: hostFile(disk.log) };
  const name = diskName(index);
  // QEMU before 9.1 damages the log when a request to write zeroes and another one are under way at the same time. The
  // guest then writes the zeroes as any other data.
  const zeroes = disk.log === undefined ? '' : ',write-zeroes=off';
  return [
    '-blockdev',
    JSON.stringify({ 'node-name': name, discard: 'unmap', ...node }),
    '-device',
    `virtio-blk-${virtio},drive=${name},id=${name}${zeroes}`,
  ];
}

/**
 * The guest's flushes are not passed on to the host's disk: QEMU has taken the data by then, and an image need not outlive a
 * crash of the host. A flush of the host takes from milliseconds to seconds.
 */
function hostFile(filename: string): Record<string, unknown> {
  return { driver: 'file', filename, cache: { 'no-flush': true } };
}
