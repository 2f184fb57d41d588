/**
 * A guest of one disk sector that tells whether an accelerator really runs guests.
 *
 * It is booted through QEMU's firmware (which runs in real and protected mode), enters long mode with paging, and
 * reports by the isa-debug-exit device. Less would not do: there are hosts whose KVM runs a few real-mode
 * instructions and then spins or fails in the firmware.
 */

import { accelArguments } from '../machine/machine.ts';
import { escapeCommas } from '../machine/quote.ts';

/** I/O port of isa-debug-exit: writing v there ends QEMU with exit code 2v + 1. */
const DEBUG_EXIT_PORT = 0x501;

/** QEMU's exit code when the guest got to the end: it writes 0x10. */
export const PROBE_EXIT_CODE = 33;

/** The code, loaded by the firmware at 0x7c00; the comments are its assembly in AT&T syntax. */
const CODE = [
  'fa', //                       cli
  'ea 06 7c 00 00', //           ljmpw $0, $0x7c06          some firmware comes with CS 0x07c0
  '31 c0', //                    xorw  %ax, %ax
  '8e d8', //                    movw  %ax, %ds
  '8e c0', //                    movw  %ax, %es
  'fc', //                       cld
  'bf 00 10', //                 movw  $0x1000, %di
  'b9 00 18', //                 movw  $0x1800, %cx
  'f3 ab', //                    rep stosw                   clear the tables at 0x1000 to 0x3fff
  'c7 06 00 10 03 20', //        movw  $0x2003, 0x1000       PML4[0] -> PDPT at 0x2000
  'c7 06 00 20 03 30', //        movw  $0x3003, 0x2000       PDPT[0] -> PD at 0x3000
  'c7 06 00 30 83 00', //        movw  $0x0083, 0x3000       PD[0]: the first 2 MiB, identity
  '0f 01 16 88 7c', //           lgdtw 0x7c88
  '66 b8 20 00 00 00', //        movl  $0x20, %eax
  '0f 22 e0', //                 movl  %eax, %cr4            PAE
  '66 b8 00 10 00 00', //        movl  $0x1000, %eax
  '0f 22 d8', //                 movl  %eax, %cr3
  '66 b9 80 00 00 c0', //        movl  $0xc0000080, %ecx     EFER
  '0f 32', //                    rdmsr
  '0d 00 01', //                 orw   $0x100, %ax           LME
  '0f 30', //                    wrmsr
  '0f 20 c0', //                 movl  %cr0, %eax
  '66 0d 01 00 00 80', //        orl   $0x80000001, %eax     PG and PE
  '0f 22 c0', //                 movl  %eax, %cr0
  '66 ea 5f 7c 00 00 08 00', //  ljmpl $8, $0x7c5f           64-bit from here
  '48 b8 00 00 00 00 10 00 00 00', // movabsq $0x1000000000, %rax
  '48 c1 e8 20', //              shrq  $32, %rax             0x10, and only if registers are 64 bits wide
  '66 ba 01 05', //              movw  $0x501, %dx
  'ee', //                       outb  %al, %dx
  'f4', //                       hlt
  'eb fd', //                    jmp   -1
];

/** Null descriptor, 64-bit code segment, and the GDT register's value (limit 15, base 0x7c78). */
const GDT_OFFSET = 0x78;
const GDT = ['00 00 00 00 00 00 00 00', '00 00 00 00 00 9a 20 00', '0f 00 78 7c 00 00'];

/** The disk image: 512 bytes, bootable. */
export function probeGuest(): Buffer {
  const sector = Buffer.alloc(512);
  fromHex(CODE).copy(sector);
  fromHex(GDT).copy(sector, GDT_OFFSET);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function fromHex(parts: readonly string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}

/** QEMU's arguments to boot the sector in file `image`; its exit code tells the outcome. */
export function probeArguments(accel: 'kvm' | 'tcg', image: string): string[] {
  return [
    ['-machine', 'pc', ...accelArguments(accel), '-m', '16'],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ['-device', `isa-debug-exit,iobase=${DEBUG_EXIT_PORT},iosize=1`],
    ['-drive', `file=${escapeCommas(image)},format=raw,if=ide`],
  ].flat();
}
