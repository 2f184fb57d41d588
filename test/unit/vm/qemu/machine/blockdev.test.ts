import t from 'tap';
import { diskArguments } from '../../../../../vm/qemu/machine/blockdev.ts';

void t.test('a disk is a node and a device of the same name', async (t) => {
  const [option, node = '', , device] = diskArguments({ path: '/run/a,b/disk1.img' }, 1, 'pci');
  t.equal(option, '-blockdev');
  t.strictSame(JSON.parse(node), {
    'node-name': 'disk1',
    driver: 'raw',
    discard: 'unmap',
    file: { driver: 'file', filename: '/run/a,b/disk1.img', cache: { 'no-flush': true } },
  });
  t.equal(device, 'virtio-blk-pci,drive=disk1,id=disk1');
});

void t.test(
  'a recorded disk has its log between the two, and no requests that QEMU records badly',
  async (t) => {
    const [, node = '', , device] = diskArguments({ path: '/d.img', log: '/d.log' }, 0, 'device');
    t.match(JSON.parse(node), {
      'node-name': 'disk0',
      driver: 'blklogwrites',
      file: { driver: 'raw', file: { filename: '/d.img' } },
      log: { driver: 'file', filename: '/d.log' },
    });
    t.equal(device, 'virtio-blk-device,drive=disk0,id=disk0,write-zeroes=off');
  },
);
