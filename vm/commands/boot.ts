/** `npm run vm:boot`: boots the guest, runs one command in it (default: says what booted) and returns its exit code. */
import { constants } from 'node:os';
import type { Command } from '../cli/command.ts';
import { bootVm } from '../qemu/boot.ts';
import { GUEST_OPTIONS, prepareGuest } from './prepared-guest.ts';

/** setTimeout's longest, 24 days: whoever typed the command ends it with Ctrl+C. */
const NO_LIMIT_MS = 2 ** 31 - 1;

export const boot: Command = {
  name: 'vm:boot',
  operands: '[-- COMMAND [ARG]...]',
  summary: 'Boots the guest and runs COMMAND in it; the exit code is that of the command.',
  options: [...GUEST_OPTIONS, 'snapshot'],
  async run({ values, positionals }, context) {
    await using vm = await bootVm(await prepareGuest(values, context), context);
    const command = positionals.length > 0 ? [...positionals] : ['uname', '-a'];
    const result = await vm.exec(command, { timeout: NO_LIMIT_MS });
    process.stdout.write(result.stdoutBytes);
    process.stderr.write(result.stderrBytes);
    await vm.shutdown();
    return exitCode(result.code, result.signal);
  },
};

/** The guest's exit code; for a command that a signal ended, 128 + its number, as shells have it. */
function exitCode(code: number | null, signal: string | null): number {
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}
