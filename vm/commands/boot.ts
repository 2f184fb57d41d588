/** `npm run vm:boot`: boots the guest, runs one command in it (default: says what booted) and returns its exit code. */
import type { Command } from '../cli/command.ts';
import { NO_LIMIT_MS } from '../guest/agent-client.ts';
import { exitStatus } from '../guest/guest-process.ts';
import { bootVm } from '../qemu/boot.ts';
import { GUEST_OPTIONS, prepareGuest } from './prepared-guest.ts';

export const boot: Command = {
  name: 'vm:boot',
  operands: '[-- COMMAND [ARG]...]',
  summary: 'Boots the guest and runs COMMAND in it; the exit code is that of the command.',
  options: [...GUEST_OPTIONS, 'snapshot'],
  async run({ values, positionals }, context) {
    await using vm = await bootVm(await prepareGuest(values, context), context);
    const command = positionals.length > 0 ? [...positionals] : ['uname', '-a'];
    // Whoever typed the command ends it with Ctrl+C.
    const result = await vm.exec(command, { timeout: NO_LIMIT_MS });
    process.stdout.write(result.stdoutBytes);
    process.stderr.write(result.stderrBytes);
    await vm.shutdown();
    return exitStatus(result);
  },
};
