import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkInitrd, checkKernel } from '../../../../../vm/qemu/machine/inputs.ts';

/** A file of `size` zeroes with `magic` at `offset`. */
function file(dir: string, size: number, offset: number, magic: string): string {
  const path = join(dir, 'kernel');
  const bytes = Buffer.alloc(size);
  bytes.write(magic, offset, 'latin1');
  writeFileSync(path, bytes);
  return path;
}

void t.test('a bzImage and an ELF file are kernels', async (t) => {
  await t.resolves(checkKernel(file(t.testdir(), 4096, 0x202, 'HdrS')));
  await t.resolves(checkKernel(file(t.testdir(), 4096, 0, '\x7fELF')));
});

void t.test('other files are not, and the message says why', async (t) => {
  const invalid = { code: 'KERNEL_INVALID', verdict: 'INFRA', found: /HdrS/ };
  await t.rejects(checkKernel(file(t.testdir(), 4096, 0x203, 'HdrS')), invalid);
  await t.rejects(checkKernel(file(t.testdir(), 0x204, 0, '')), invalid);
  await t.rejects(checkKernel(file(t.testdir(), 0, 0, '')), invalid);
});

void t.test('missing files are named', async (t) => {
  const path = join(t.testdir(), 'absent');
  await t.rejects(checkKernel(path), { code: 'KERNEL_MISSING', verdict: 'INFRA', tried: /absent/ });
  await t.rejects(checkInitrd(path), { code: 'INITRD_MISSING', verdict: 'INFRA', tried: /absent/ });
  await t.rejects(checkKernel(t.testdir()), { code: 'KERNEL_MISSING' }, 'a folder');
});
