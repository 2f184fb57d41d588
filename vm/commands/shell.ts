/** `npm run vm:shell`: a shell in the guest on this terminal. */
import type { Command } from '../cli/command.ts';
import { openShell } from '../qemu/shell.ts';
import { GUEST_OPTIONS, prepareGuest } from './prepared-guest.ts';

export const shell: Command = {
  name: 'vm:shell',
  summary: 'Boots the guest and gives a shell in it; leave it with `exit`, whose code is passed on.',
  options: GUEST_OPTIONS,
  async run({ values }, context) {
    return await openShell(await prepareGuest(values, context), context);
  },
};
