/** What `vm:boot` and `vm:shell` have in common: one kernel and the image, ready to be booted. */
import type { OptionName, OptionValues } from '../cli/options.ts';
import { readKnownSplats } from '../console/known-splats.ts';
import type { Context } from '../context.ts';
import { RUNS } from '../paths.ts';
import { prepare } from '../prepare.ts';
import type { BootOptions } from '../qemu/boot-options.ts';
import { syncerStandbys } from '../qemu/snapshot.ts';
import { createRunFolder } from '../run/folder.ts';
import { accelOption, flavourOption, machineOption, memoryOption, prepareOptions } from './options.ts';

/** The options that decide what is booted, and how. */
export const GUEST_OPTIONS: readonly OptionName[] = [
  'source',
  'project',
  'kernel',
  'jobs',
  'accel',
  'machine',
  'require-kvm',
  'memory',
  'dump',
];

/** Builds what is not built, and says how to boot it. Wrong values are told before anything is started. */
export async function prepareGuest(values: OptionValues, context: Context): Promise<BootOptions> {
  const flavour = flavourOption(values);
  const wishes = { accel: accelOption(values), memoryMiB: memoryOption(values), dump: values.dump === true };
  await readKnownSplats();
  const { kernels, initramfs, syncer } = await prepare(prepareOptions(values, [flavour]), context);
  const kernel = kernels.get(flavour);
  if (kernel === undefined) throw new Error(`the ${flavour} kernel was asked for and not built`);
  const runDir = await createRunFolder(RUNS);
  return {
    kernel: kernel.bzImage,
    vmlinux: kernel.vmlinux,
    machine: machineOption(values),
    initrd: initramfs.path,
    runDir,
    ...wishes,
    ...(values.snapshot === true && { snapshot: syncerStandbys(syncer !== undefined) }),
  };
}
