/** A guest for a long run: its kernel and image are built if they are not, and both file systems are mounted. */
import { parseOptions } from '../../vm/cli/options.ts';
import { GUEST_OPTIONS, prepareGuest } from '../../vm/commands/prepared-guest.ts';
import type { Context } from '../../vm/context.ts';
import type { Flavour } from '../../vm/kernel/layout.ts';
import { bootVm } from '../../vm/qemu/boot.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { FILE_SYSTEMS, mountFileSystems } from '../helpers/guest.ts';

/** MiB. */
const MEMORY = '2048';
const DISK_MIB = 1024;

/** Boots it; throws what building and booting throw. */
export async function bootForChurn(flavour: Flavour, context: Context): Promise<Vm> {
  const { values } = parseOptions('churn', GUEST_OPTIONS, ['--kernel', flavour, '--memory', MEMORY]);
  const guest = await prepareGuest(values, context);
  const vm = await bootVm({ ...guest, name: 'churn', disks: [{ sizeMiB: DISK_MIB }] }, context);
  await mountFileSystems(vm, FILE_SYSTEMS);
  return vm;
}
