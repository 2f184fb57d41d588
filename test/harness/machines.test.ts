/** The fast machine and the ordinary one: what happens to a guest has the same verdict, and the same title, on both. */
import t from 'tap';
import type { MachineType } from '../../vm/qemu/machine/machine-types.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { boot, recordingContext } from './guest.ts';

const FATES: Readonly<Record<string, (vm: Vm) => Promise<unknown>>> = {
  'is shut down': (vm) => vm.shutdown(),
  panics: (vm) => vm.writeFile('/proc/sysrq-trigger', 'c'),
  'logs a warning': async (vm) => {
    await vm.writeFile('/dev/kmsg', '<4>WARNING: CPU: 0 PID: 1 at fs/inode.c:100 evict+0x10/0x20\n');
    await vm.shutdown();
  },
  'loses its agent': (vm) => vm.exec(['sh', '-c', 'kill -9 $(pidof agent)']),
  hangs: (vm) => vm.exec(['sh', '-c', 'kill -STOP $(pidof agent)']),
};

/** Machines leave in different ways: a microvm cannot power off. */
function sameWayOut(title: string): string {
  return title.replace(/powered off|reset itself/, 'left');
}

async function endOf(machine: MachineType, fate: (vm: Vm) => Promise<unknown>): Promise<string> {
  const ctx = await recordingContext(t);
  // Short only for the guest that is to hang: a busy host may be late with the signs of life of the others.
  const deadlines = fate === FATES['hangs'] ? { beatMs: 2000 } : {};
  const vm = await boot(ctx, { machine, deadlines });
  await fate(vm).catch(() => undefined);
  const { verdict, title } = await vm.ended;
  return `${verdict}: ${sameWayOut(title)}`;
}

for (const [name, fate] of Object.entries(FATES)) {
  void t.test(`a guest that ${name}`, async (t) => {
    const ordinary = await endOf('q35', fate);
    t.equal(await endOf('microvm', fate), ordinary, ordinary);
  });
}
