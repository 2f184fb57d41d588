/** QEMU's gdb stub, opened on a guest that runs: gdb then sees the guest as one program, its kernel. */
import { InfraError } from '../errors.ts';
import type { Vm } from './vm.ts';

/**
 * Has QEMU listen for gdb on a Unix socket at `path` (at most 107 bytes long, removed with its folder by the caller), and
 * pauses the guest: what is asked of its agent from now on happens once gdb says `continue`.
 *
 * @throws InfraError `GDB_STUB` when QEMU refuses, QmpError when the guest is gone
 */
export async function openGdbStub(vm: Vm, path: string): Promise<void> {
  await vm.qmp.execute('stop');
  const command = `gdbserver unix:${path},server=on,wait=off`;
  const said = String(await vm.qmp.execute('human-monitor-command', { 'command-line': command })).trim();
  if (said === '' || said.startsWith('Waiting for gdb connection')) return;
  throw new InfraError({ code: 'GDB_STUB', tried: `QEMU's monitor: ${command}`, found: said });
}
