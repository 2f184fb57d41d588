/** A guest for a long run: its kernel and image are built if they are not, and both file systems are mounted. */
import { availableParallelism } from 'node:os';
import type { Context } from '../../vm/context.ts';
import type { Flavour } from '../../vm/kernel/layout.ts';
import { RUNS } from '../../vm/paths.ts';
import { prepare } from '../../vm/prepare.ts';
import { readProject } from '../../vm/project.ts';
import { bootVm } from '../../vm/qemu/boot.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { createRunFolder } from '../../vm/run/folder.ts';
import { FILE_SYSTEMS, mountFileSystems } from '../helpers/guest.ts';

const MEMORY_MIB = 2048;
const DISK_MIB = 1024;
export async function bootForChurn(flavour: Flavour, context: Context): Promise<Vm> {
  const project = readProject();
  const options = { source: 'auto', flavours: [flavour], jobs: availableParallelism(), project };
  const { kernels, initramfs } = await prepare(options, context);
  const kernel = kernels.get(flavour);
  if (kernel === undefined) throw new Error(`the ${flavour} kernel was asked for and not built`);
  const vm = await bootVm(
    {
      name: 'churn',
      kernel: kernel.bzImage,
      vmlinux: kernel.vmlinux,
      initrd: initramfs.path,
      runDir: await createRunFolder(RUNS),
      memoryMiB: MEMORY_MIB,
      disks: [{ sizeMiB: DISK_MIB }],
    },
    context,
  );
  await mountFileSystems(vm, FILE_SYSTEMS);
  return vm;
}
