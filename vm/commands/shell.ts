/** `npm run vm:shell`: a shell, or one command, in the guest on this terminal. */
import type { Command } from '../cli/command.ts';
import { openShell } from '../qemu/shell.ts';
import { GUEST_OPTIONS, prepareGuest } from './prepared-guest.ts';

export const shell: Command = {
  name: 'vm:shell',
  operands: '[-- COMMAND [ARG]...]',
  summary:
    'Boots the guest and gives a shell, or COMMAND, a terminal in it; the exit code is that of the shell or command.',
  options: GUEST_OPTIONS,
  async run({ values, positionals }, context) {
    const command = positionals.length > 0 ? positionals : undefined;
    return await openShell(await prepareGuest(values, context), context, { command });
  },
};
