/** Turns option values, as typed, into what the stages take: the same for every command. */
import { availableParallelism } from 'node:os';
import { oneOf, type OptionValues, wholeNumber } from '../cli/options.ts';
import { FLAVOURS, type Flavour } from '../kernel/layout.ts';
import type { PrepareOptions } from '../prepare.ts';
import { type Project, readProject } from '../project.ts';
import type { AccelWish } from '../qemu/accel/accel.ts';
import { MACHINE_TYPES, type MachineWish } from '../qemu/machine/machine-types.ts';

/** The kernels that the tests of `flavour` boot: they compare it with the stock kernel. */
export function testedWith(flavour: Flavour): Flavour[] {
  return flavour === 'stock' ? ['stock'] : [flavour, 'stock'];
}

export function prepareOptions(values: OptionValues, flavours: readonly Flavour[]): PrepareOptions {
  return {
    source: values.source ?? 'auto',
    flavours,
    jobs: values.jobs === undefined ? availableParallelism() : wholeNumber('jobs', values.jobs, 1, 1024),
    project: projectOption(values),
  };
}

export function projectOption(values: OptionValues): Project {
  return readProject(values.project);
}

export function flavourOption(values: OptionValues): Flavour {
  return oneOf('kernel', values.kernel, FLAVOURS);
}

/** `--require-kvm` is the pipeline's name for `--accel kvm`: KVM or nothing. */
export function accelOption(values: OptionValues): AccelWish {
  const wish = oneOf('accel', values.accel, ['auto', 'kvm', 'tcg']);
  return values['require-kvm'] === true ? 'kvm' : wish;
}

/** Wishes are checked against what the machine can do when the guest is booted. */
export function machineOption(values: OptionValues): MachineWish {
  return oneOf('machine', values.machine, ['auto', ...MACHINE_TYPES]);
}

/** MiB. Node alone needs about 200 in the guest beside the initramfs itself. */
export function memoryOption(values: OptionValues): number {
  return wholeNumber('memory', values.memory ?? '', 512, 1 << 20);
}
