import t from 'tap';
import { SplatDetector } from '../../../../vm/console/panic.ts';

const find = (line: string): string | undefined => {
  const finding = new SplatDetector().line(line);
  return finding && `${finding.kind}: ${finding.title}`;
};

void t.test('a panic is found with and without what printk puts before it', async (t) => {
  const title = 'Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000000';
  for (const prefix of ['', '[    1.102600] ', '[12345.678901][    T1] ', '<0>[    1.102600] ']) {
    t.equal(find(`${prefix}${title}`), `panic: ${title}`);
  }
});

void t.test('splats', async (t) => {
  for (const title of [
    'WARNING: CPU: 0 PID: 22 at kernel/dirsync_stat.c:30 do_dirsync_stat+0x10/0x20',
    'WARNING: possible circular locking dependency detected',
    'BUG: kernel NULL pointer dereference, address: 0000000000000000',
    'BUG: KASAN: slab-out-of-bounds in do_dirsync+0x12/0x80',
    'BUG: sleeping function called from invalid context at mm/slab.h:274',
    'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [agent:22]',
    'kernel BUG at fs/dirsync.c:100!',
    'Oops: 0002 [#1] PREEMPT SMP',
    'invalid opcode: 0000 [#1] PREEMPT SMP NOPTI',
    'general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP',
  ]) {
    t.equal(find(`[    3.500000] ${title}`), `splat: ${title}`);
  }
});

void t.test('no false alarm', async (t) => {
  for (const line of [
    '[    0.539440] pci_bus 0000:00: resource 8 [mem 0xc0000000-0xfebfffff window]',
    '[    0.1] ACPI: button: Power Button [PWRF]',
    '[    0.000000] Warning: unable to open an initial console.',
    '[    1.0] systemd: WARNING: something',
    'WARNING: a program in the guest writes this to its console',
    'BUG: so does this one',
    '[    0.000000] Kernel command line: console=ttyS0 panic=-1',
    '[    9.0] See Kernel panic - not syncing: quoted in the middle',
    '',
  ]) {
    t.equal(find(line), undefined, line);
  }
});
