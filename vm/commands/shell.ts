/** `npm run vm:shell`: a shell in the guest on this terminal. */
import type { Command } from '../cli/command.ts';
import { RUNS } from '../paths.ts';
import { prepare } from '../prepare.ts';
import { openShell } from '../qemu/shell.ts';
import { createRunFolder } from '../run.ts';
import { accelOption, flavourOption, memoryOption, prepareOptions } from './options.ts';

export const shell: Command = {
  name: 'vm:shell',
  summary: 'Boots the guest and gives a shell in it; leave it with `exit`, whose code is passed on.',
  options: ['source', 'kernel', 'jobs', 'accel', 'require-kvm', 'memory'],
  async run({ values }, context) {
    const flavour = flavourOption(values);
    const prepared = await prepare(prepareOptions(values, [flavour]), context);
    const kernel = prepared.kernels.get(flavour)?.bzImage ?? '';
    const machine = { kernel, initrd: prepared.initramfs.path, memoryMiB: memoryOption(values) };
    return await openShell(
      { ...machine, accel: accelOption(values), runDir: await createRunFolder(RUNS) },
      context,
    );
  },
};
