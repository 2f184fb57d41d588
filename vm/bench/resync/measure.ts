/**
 * What it takes to find out that a tree is a replica already: the syncer by our calls, the same one by statx, and rsync, in
 * a guest whose clocks count instructions.
 */
import { z } from 'zod';
import type { Context } from '../../context.ts';
import { bootVm } from '../../qemu/boot.ts';
import type { BootOptions } from '../../qemu/boot-options.ts';
import type { Vm } from '../../qemu/vm.ts';
import { checkClock, runProgram } from '../guest.ts';
import { FILE_SYSTEMS } from '../metadata/measurement.ts';
import { PROGRAMS, type Resync, type Tree, TREES } from './measurement.ts';

const MEMORY_MIB = 2048;
const DISK_MIB = 512;
/** On a slow host; nothing to be wrong about. */
const DEADLINE_MS = 1_800_000;

const Output = z.strictObject({ loop: z.number(), ns: z.array(z.number().positive()).min(1) });

/**
 * Boots one guest and measures all; `onMeasured` hears of each figure as it comes.
 *
 * @throws VmError when the guest ends badly, HarnessError `BENCH_FAILED` when a program does, InfraError `ICOUNT_INEXACT` when a
 *   nanosecond is no instruction
 */
export async function measureResync(
  guest: BootOptions,
  passes: number,
  ctx: Context,
  onMeasured: (measured: Resync) => void,
): Promise<Resync[]> {
  const memoryMiB = Math.max(guest.memoryMiB ?? 0, MEMORY_MIB);
  const options = { ...guest, name: 'resync', memoryMiB, icount: true, accel: 'tcg' as const };
  await using vm = await bootVm({ ...options, disks: [{ sizeMiB: DISK_MIB }] }, ctx);
  await run(vm, '/', ['sh', '-euc', 'mkdir /tmpfs /ext4; mount -t tmpfs none /tmpfs']);
  await run(vm, '/', ['sh', '-euc', 'mkfs.ext4 -q /dev/vda; mount -o noinit_itable /dev/vda /ext4']);
  const results: Resync[] = [];
  for (const fileSystem of FILE_SYSTEMS) {
    for (const tree of TREES) {
      const cwd = `/${fileSystem}`;
      await run(vm, cwd, ['sh', '-euc', script(tree)]);
      for (const { label, argv } of PROGRAMS) {
        const stdout = await run(vm, cwd, ['count', String(passes), ...argv]);
        const { loop, ns } = Output.parse(JSON.parse(stdout));
        checkClock(loop, 'resync');
        const measured = { fileSystem, tree, label, instructions: Math.min(...ns) };
        onMeasured(measured);
        results.push(measured);
      }
    }
  }
  return results;
}

/** Makes the tree, and its replica by rsync, which is believed: each program fails or copies if it is none. */
function script({ directories, files }: Tree): string {
  return `rm -rf source destination; mkdir source
for d in $(seq ${directories}); do mkdir source/directory$d; (cd source/directory$d; seq ${files} | sed s,^,file, | xargs touch); done
rsync -a source/ destination/
sync`;
}

const run = (vm: Vm, cwd: string, argv: readonly string[]): Promise<string> =>
  runProgram(vm, 'test/bench/resync', argv, { cwd, timeout: DEADLINE_MS });
