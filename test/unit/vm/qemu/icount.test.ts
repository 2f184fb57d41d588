import t from 'tap';
import type { BootOptions } from '../../../../vm/qemu/boot-options.ts';
import { checkIcount } from '../../../../vm/qemu/icount.ts';

const GUEST: BootOptions = {
  kernel: '/k/bzImage',
  initrd: '/k/initramfs.cpio',
  runDir: '/run',
  icount: true,
};

void t.test('one processor under TCG can count its instructions', async () => {
  checkIcount(GUEST);
  checkIcount({ ...GUEST, accel: 'tcg', cpus: 1 });
});

void t.test('what cannot be counted is refused, and named', async (t) => {
  const refused: readonly (readonly [Partial<BootOptions>, RegExp])[] = [
    [{ accel: 'kvm' }, /KVM was asked for/],
    [{ cpus: 2 }, /2 processors/],
    [{ snapshot: { program: 'dirsync', count: 1 } }, /snapshot/],
  ];
  for (const [options, found] of refused) {
    t.throws(() => checkIcount({ ...GUEST, ...options }), { code: 'ICOUNT_UNSUITABLE', message: found });
  }
});
