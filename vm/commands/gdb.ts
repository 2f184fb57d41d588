/** `npm run vm:gdb`: a debugger on the guest's kernel, stopped where the project says, with a command in the guest on its way there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import type { Context } from '../context.ts';
import { findGdb, type GdbSession, runGdb } from '../host/gdb.ts';
import { NO_LIMIT_MS } from '../guest/agent-client.ts';
import { sourceTree } from '../kernel/build.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';
import { bootVm } from '../qemu/boot.ts';
import type { BootOptions } from '../qemu/boot-options.ts';
import { openGdbStub } from '../qemu/gdb-stub.ts';
import type { Vm } from '../qemu/vm.ts';
import { flavourOption, projectOption } from './options.ts';
import { GUEST_OPTIONS, prepareGuest } from './prepared-guest.ts';

export const gdb: Command = {
  name: 'vm:gdb',
  operands: '[-- COMMAND [ARG]...]',
  summary: 'Boots the guest under gdb, runs COMMAND in it and stops at a function of its kernel.',
  options: [...GUEST_OPTIONS, 'break', 'batch'],
  defaults: { kernel: 'debug' },
  async run({ values, positionals }, context) {
    await findGdb();
    const project = projectOption(values);
    const breakpoint = values.break ?? project.gdb?.break;
    const command = positionals.length > 0 ? positionals : (project.gdb?.run ?? []);
    const guest = await prepareGuest(values, context);
    const source = await fetchKernel({ source: values.source ?? 'auto' }, context);
    const tree = await sourceTree({ source, flavour: flavourOption(values), project }, context);
    const session = {
      vmlinux: guest.vmlinux ?? guest.kernel,
      tree,
      ...(breakpoint === undefined ? {} : { breakpoint }),
      ...(values.batch === undefined ? {} : { batch: resolve(values.batch) }),
    };
    return debug(guest, session, command, context);
  },
};

/** Debugs a guest in which `command` (may be empty) runs; returns gdb's exit code once both have ended. */
export async function debug(
  guest: BootOptions,
  session: Omit<GdbSession, 'socket'>,
  command: readonly string[],
  context: Context,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'dirsync-gdb-'));
  try {
    // Who looks at a stopped guest takes all the time he wants.
    const options = { ...guest, name: 'gdb', append: 'nokaslr', deadlines: { beatMs: NO_LIMIT_MS } };
    await using vm = await bootVm(options, context);
    const socket = join(folder, 'socket');
    await openGdbStub(vm, socket);
    // Asked for while the guest is paused: it begins with gdb's first `continue`.
    const ran = command.length === 0 ? undefined : show(vm, command);
    const code = await runGdb({ ...session, socket }, context.signal);
    await ran;
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs `command` in the guest, and passes on what it prints. */
async function show(vm: Vm, command: readonly string[]): Promise<void> {
  const { stdoutBytes, stderrBytes } = await vm.exec([...command], { timeout: NO_LIMIT_MS });
  process.stdout.write(stdoutBytes);
  process.stderr.write(stderrBytes);
}
