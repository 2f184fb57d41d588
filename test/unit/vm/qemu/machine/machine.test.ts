import { execa } from 'execa';
import t from 'tap';
import {
  HAND_WIRING,
  HARNESS_WIRING,
  kernelCommandLine,
  qemuArguments,
  type Machine,
} from '../../../../../vm/qemu/machine/machine.ts';
import { TRAITS } from '../../../../../vm/qemu/machine/machine-types.ts';
import { escapeCommas, quoteCommand } from '../../../../../vm/qemu/machine/quote.ts';

const MACHINE: Machine = {
  name: 'one',
  type: 'q35',
  accel: 'tcg',
  memoryMiB: 1024,
  cpus: 2,
  kernel: '/k/bzImage',
  initrd: '/k/initramfs.cpio',
  agentDevice: 'vport0p1',
  commandLine: 'console=ttyS0 panic=-1',
  disks: [{ path: '/run/a,b/disk0.img' }],
};

/** The values given for an option, in order. */
function values(args: readonly string[], option: string): string[] {
  return args.flatMap((arg, index) => (arg === option ? [args[index + 1] ?? ''] : []));
}

void t.test('arguments of the guest as the harness runs it', async (t) => {
  const args = qemuArguments(MACHINE, HARNESS_WIRING);
  t.strictSame(values(args, '-machine'), ['q35,i8042=off']);
  t.strictSame(values(args, '-accel'), ['tcg,thread=multi']);
  t.strictSame(values(args, '-m'), ['1024M']);
  t.strictSame(values(args, '-smp'), ['2']);
  t.strictSame(values(args, '-chardev'), [
    'stdio,id=console,signal=off',
    'socket,id=agent,fd=4',
    'socket,id=qmp,fd=3',
  ]);
  t.strictSame(values(args, '-serial'), ['chardev:console'], 'ttyS0');
  t.strictSame(values(args, '-device'), [
    'pvpanic',
    'virtio-serial-pci,max_ports=2',
    'virtserialport,chardev=agent,name=dirsync.agent',
    'virtio-blk-pci,drive=disk0,id=disk0',
  ]);
  t.strictSame(values(args, '-append'), [MACHINE.commandLine]);
  for (const option of ['-nodefaults', '-no-user-config', '-no-reboot']) t.ok(args.includes(option), option);
});

void t.test("the agent's line on the second serial line, and on the console's", async (t) => {
  const second = qemuArguments({ ...MACHINE, agentDevice: 'ttyS1' }, HAND_WIRING);
  t.strictSame(values(second, '-serial'), ['chardev:console', 'chardev:agent'], 'ttyS0, then ttyS1');
  const shared = qemuArguments({ ...MACHINE, agentDevice: 'ttyS0' }, HAND_WIRING);
  t.strictSame(values(shared, '-serial'), ['chardev:console']);
  for (const args of [second, shared]) t.notMatch(args.join(' '), /virtio-serial|virtserialport/);
  t.notMatch(shared.join(' '), /agent/);
});

void t.test('KVM brings the host processor, and no emulated one', async (t) => {
  const args = qemuArguments({ ...MACHINE, accel: 'kvm' }, HAND_WIRING);
  t.strictSame(values(args, '-accel'), ['kvm']);
  t.strictSame(values(args, '-cpu'), ['host']);
});

void t.test('a guest that counts instructions runs in one thread, by its own clock', async (t) => {
  const args = qemuArguments({ ...MACHINE, icount: true }, HAND_WIRING);
  t.strictSame(values(args, '-accel'), ['tcg,thread=single'], 'QEMU refuses more threads');
  t.strictSame(values(args, '-icount'), ['shift=0'], 'a nanosecond each');
  t.strictSame(values(args, '-rtc'), ['clock=vm']);
  t.notMatch(qemuArguments(MACHINE, HAND_WIRING), ['-icount']);
});

void t.test('by hand there is nothing that only the harness could connect', async (t) => {
  const args = qemuArguments(MACHINE, HAND_WIRING);
  t.notMatch(args.join(' '), /fd=|logfile|qmp/);
});

void t.test('a microvm has neither PCI nor pvpanic', async (t) => {
  const args = qemuArguments({ ...MACHINE, type: 'microvm' }, HAND_WIRING);
  t.strictSame(values(args, '-machine'), ['microvm,acpi=off']);
  t.strictSame(values(args, '-device'), [
    'virtio-serial-device,max_ports=2',
    'virtserialport,chardev=agent,name=dirsync.agent',
    'virtio-blk-device,drive=disk0,id=disk0',
  ]);
});

void t.test("what the machine asks for stands before the user's parameters, which replace it", async (t) => {
  const own = TRAITS.microvm.parameters({ cpus: 1, tscKhz: 2_596_136 });
  t.match(
    kernelCommandLine('vport0p1', 'c0ffee', own, 'reboot=k'),
    /panic=-1 sysctl\.kernel\.panic_on_unrecovered_nmi=1 tsc_early_khz=2596136 tsc=reliable noapictimer noreplace-smp .* dirsync\.nonce=c0ffee reboot=k$/,
  );
  t.notMatch(TRAITS.microvm.parameters({ cpus: 2, tscKhz: 1 }), ['noapictimer']);
});

void t.test("the user's kernel parameters come last, and replace ours", async (t) => {
  t.equal(
    kernelCommandLine('vport0p1', 'c0ffee', [], ' panic=5  foo'),
    'console=ttyS0 printk.time=1 sysctl.kernel.panic_on_unrecovered_nmi=1 dirsync.agent=vport0p1 dirsync.nonce=c0ffee panic=5 foo',
  );
  t.match(
    kernelCommandLine('ttyS1', 'c0ffee', [], 'console=tty0'),
    /^console=ttyS0 .* dirsync\.nonce=c0ffee console=tty0$/,
  );
  t.match(kernelCommandLine('ttyS1', 'c0ffee', [], ''), / dirsync\.nonce=c0ffee$/);
});

void t.test('a quoted command is the same words again for a shell', async (t) => {
  const words = ['printf', '%s\\n', "it's", 'a b', '$HOME', '', 'plain-1,2=3', '*', 'new\nline', '\\'];
  const { stdout } = await execa('sh', ['-c', quoteCommand(words)]);
  t.equal(stdout, words.slice(2).join('\n'));
  t.equal(quoteCommand(['ls', '-l', '/tmp/a']), 'ls -l /tmp/a', 'nothing is quoted without need');
});

void t.test('commas in a path survive an option', async (t) => {
  t.equal(escapeCommas('a,b,,c'), 'a,,b,,,,c');
});
