/** Guests whose clocks count instructions: the same work takes the same time, to the nanosecond, whatever the host does. */
import { join } from 'node:path';
import t from 'tap';
import { compileGuestPrograms } from '../../vm/image/guest-programs.ts';
import { packInitramfs } from '../../vm/image/initramfs.ts';
import { boot, recordingContext } from './guest.ts';

void t.test('an instruction takes a nanosecond', async (t) => {
  const ctx = await recordingContext(t);
  const programs = await compileGuestPrograms([join(import.meta.dirname, 'guest', 'known-loop.c')], ctx);
  const { path: initrd } = await packInitramfs({ programs }, ctx);
  const vm = await boot(ctx, { icount: true, initrd });
  const { stdout, code } = await vm.exec(['known-loop']);
  t.equal(code, 0);
  const [shorter = 0, longer = 0] = stdout.trim().split(' ').map(Number);
  t.equal(longer - shorter, 20_000, '10,000 turns more, of two instructions each', { stdout });
  await vm.shutdown();
});
