/** From what was asked for, and what this host has, to the machine that QEMU is to be. */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { type Accel, chooseAccel } from './accel/accel.ts';
import type { BootOptions } from './boot-options.ts';
import { findQemu, type Qemu } from './find-qemu.ts';
import { checkIcount, ICOUNT_ACCEL, ICOUNT_TSC_KHZ } from './icount.ts';
import { checkInitrd, checkKernel } from './machine/inputs.ts';
import { HARNESS_WIRING, kernelCommandLine, type Machine, qemuArguments } from './machine/machine.ts';
import { chooseMachine, TRAITS } from './machine/machine-types.ts';
import { kernelChecks } from './accel/pace.ts';
import { quoteCommand } from './machine/quote.ts';
import { hostTscKhz } from './accel/tsc.ts';

/** What is decided of a guest before anything of it is made. */
export interface Design {
  readonly qemu: Qemu;
  readonly accel: Accel;
  /** What its kernel checks, see `kernelChecks`. */
  readonly checks: ReadonlySet<string>;
  /** Without disks. */
  readonly machine: Machine;
}

/** The word by which a guest proves that it is the one which was started. */
export function randomNonce(): string {
  return randomBytes(8).toString('hex');
}

/** @throws InfraError when the host lacks something that is needed, UsageError when the options contradict each other */
export async function design(
  options: BootOptions,
  name: string,
  nonce: string,
  ctx: Context,
): Promise<Design> {
  await checkInitrd(options.initrd);
  const qemu = await findQemu(process.env, ctx.signal);
  const icount = options.icount === true;
  if (icount) checkIcount(options);
  const accel = icount ? ICOUNT_ACCEL : await chooseAccel(options.accel ?? 'auto', qemu, ctx);
  const agentDevice = options.agentDevice ?? 'vport0p1';
  const cpus = options.cpus ?? 1;
  const tscKhz = icount ? ICOUNT_TSC_KHZ : await hostTscKhz(ctx);
  const type = chooseMachine(options.machine ?? 'auto', {
    accel: accel.name,
    serialLines: agentDevice === 'ttyS1' ? 2 : 1,
    tscKhz,
  });
  const traits = TRAITS[type];
  // KASAN checks the code of the PVH entry as well (6.1 does not exempt arch/x86/platform/pvh), before its shadow is there:
  // the processor resets.
  const checks = await kernelChecks(options.kernel);
  const startsElf = traits.pvh && !checks.has('CONFIG_KASAN');
  const kernel = resolve(startsElf ? (options.vmlinux ?? options.kernel) : options.kernel);
  await checkKernel(kernel);
  const parameters = traits.parameters({ cpus, tscKhz });
  const machine: Machine = {
    name,
    type,
    accel: accel.name,
    ...(icount && { icount }),
    memoryMiB: options.memoryMiB ?? 1024,
    cpus,
    kernel,
    initrd: resolve(options.initrd),
    agentDevice,
    commandLine: kernelCommandLine(agentDevice, nonce, parameters, options.append ?? ''),
    disks: [],
  };
  return { qemu, accel, checks, machine };
}

/**
 * QEMU's command line for a guest that is not booted, quoted for a shell. Its disks are left out, and the
 * nonce is another one than that of a boot.
 *
 * @throws InfraError as bootVm does
 */
export async function describeBoot(options: BootOptions, ctx: Context): Promise<string> {
  const { qemu, machine } = await design(options, options.name ?? 'vm', randomNonce(), ctx);
  return quoteCommand([qemu.path, ...qemuArguments(machine, HARNESS_WIRING)]);
}
