/** `npm run vm:boot`: boots the guest, runs one command in it (default: says what booted) and returns its exit code. */
import type { Command } from '../cli/command.ts';
import { bootVm } from '../qemu/boot.ts';
import { RUNS } from '../paths.ts';
import { prepare } from '../prepare.ts';
import { createRunFolder } from '../run.ts';
import { accelOption, flavourOption, memoryOption, prepareOptions } from './options.ts';

export const boot: Command = {
  name: 'vm:boot',
  operands: '[-- COMMAND [ARG]...]',
  summary: 'Boots the guest and runs COMMAND in it; the exit code is that of the command.',
  options: ['source', 'kernel', 'jobs', 'accel', 'require-kvm', 'memory'],
  async run({ values, positionals }, context) {
    const flavour = flavourOption(values);
    const prepared = await prepare(prepareOptions(values, [flavour]), context);
    const kernel = prepared.kernels.get(flavour)?.bzImage ?? '';
    const runDir = await createRunFolder(RUNS);
    const machine = { kernel, initrd: prepared.initramfs.path, memoryMiB: memoryOption(values), runDir };
    await using vm = await bootVm({ ...machine, accel: accelOption(values) }, context);
    const command = positionals.length > 0 ? [...positionals] : ['uname', '-a'];
    const result = await vm.exec(command);
    process.stdout.write(result.stdout);
    process.stderr.write(result.stderr);
    await vm.shutdown();
    return result.code ?? 1;
  },
};
