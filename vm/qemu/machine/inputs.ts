/** Checks what QEMU is given before it starts: QEMU's own messages about a wrong kernel file name no file. */
import { open, type FileHandle } from 'node:fs/promises';
import { InfraError } from '../../errors.ts';

/** Documentation/x86/boot.rst: "HdrS" at 0x202 of every bzImage; a vmlinux for PVH is an ELF file. */
const BOOT_HEADER = { offset: 0x202, magic: 'HdrS' };
const ELF_MAGIC = '\x7fELF';

/**
 * @throws InfraError `KERNEL_MISSING` or `KERNEL_INVALID`
 */
export async function checkKernel(path: string): Promise<void> {
  await using file = await openInput(path, 'KERNEL_MISSING', 'boot the kernel');
  const head = Buffer.alloc(BOOT_HEADER.offset + 4);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const isElf = head.toString('latin1', 0, 4) === ELF_MAGIC;
  const isBzImage = head.toString('latin1', BOOT_HEADER.offset) === BOOT_HEADER.magic;
  if (bytesRead === head.length && (isElf || isBzImage)) return;
  throw new InfraError({
    code: 'KERNEL_INVALID',
    tried: `boot the kernel ${path}`,
    found: 'it is neither a bzImage (no "HdrS" at 0x202) nor an ELF file',
    hint: 'give the arch/x86/boot/bzImage of a build, e.g. the one of `npm run vm:build`',
  });
}

/**
 * @throws InfraError `INITRD_MISSING`
 */
export async function checkInitrd(path: string): Promise<void> {
  const file = await openInput(path, 'INITRD_MISSING', 'boot the initramfs');
  await file.close();
}

async function openInput(path: string, code: string, what: string): Promise<FileHandle> {
  let found = 'it is no regular file';
  try {
    const file = await open(path, 'r');
    if ((await file.stat()).isFile()) return file;
    await file.close();
  } catch (error) {
    found = (error as Error).message;
  }
  throw new InfraError({
    code,
    tried: `${what} ${path}`,
    found,
    hint: 'build it first: npm run vm:build',
  });
}
