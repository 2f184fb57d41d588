/**
 * What a test waits for before it can begin: from QEMU's start to the agent's first answer, and to the first line that
 * the packaged syncer prints, on each kind of machine.
 *
 * Arms take turns within a round, so that a busy minute of the host hits all of them; the first round fills the host's
 * page cache, makes the snapshot, and does not count.
 */
import type { Context } from '../context.ts';
import { bootVm } from '../qemu/boot.ts';
import type { BootOptions } from '../qemu/boot-options.ts';

export type Measurement = 'agent' | 'syncer';

export interface Sample {
  readonly arm: string;
  readonly measured: Measurement;
  readonly ms: number;
}

type Arm = Pick<BootOptions, 'machine' | 'snapshot'>;

/** By the name that tables and plots show. The first is what the others are compared with. */
export const ARMS: Readonly<Record<string, Arm>> = {
  'q35, bzImage': { machine: 'q35' },
  'pc, bzImage': { machine: 'pc' },
  'microvm, vmlinux': { machine: 'microvm' },
  snapshot: { machine: 'microvm', snapshot: { program: 'dirsync', count: 1 } },
};

/**
 * Boots each arm `rounds` times, and once before, and hands out what was measured as it comes.
 *
 * @param guest kernel, image and what else is common to the arms; the image must hold the syncer
 * @throws VmError when a guest ends badly: a boot that fails is no measurement
 */
export async function* measureBoots(
  guest: BootOptions,
  rounds: number,
  ctx: Context,
): AsyncGenerator<Sample> {
  for (let round = 0; round <= rounds; round += 1) {
    for (const [arm, options] of Object.entries(ARMS)) {
      const name = arm.replaceAll(/\W+/g, '-');
      const samples = await measureBoot({ ...guest, ...options, name }, ctx);
      for (const [measured, ms] of Object.entries(samples)) {
        if (round > 0) yield { arm, measured: measured as Measurement, ms };
      }
    }
  }
}

async function measureBoot(options: BootOptions, ctx: Context): Promise<Record<Measurement, number>> {
  const vm = await bootVm(options, ctx);
  const answered = performance.now();
  const syncer = await vm.spawn(['dirsync', '/tmp', '/run'], { stdin: false });
  await syncer.output(/\n/, { timeout: 120_000 });
  const ms = performance.now() - answered;
  await syncer.kill('SIGKILL');
  await syncer.exited;
  await vm.shutdown();
  return { agent: vm.readyMs, syncer: Math.round(vm.readyMs + ms) };
}
