/**
 * Runs metadata.c and node-arms.ts of test/bench in two guests: one whose clocks count instructions, and one that tells time. In each, every arm
 * takes its turn, on each file system and size of directory.
 */
import type { Context } from '../../context.ts';
import { bootVm } from '../../qemu/boot.ts';
import type { BootOptions } from '../../qemu/boot-options.ts';
import type { Vm } from '../../qemu/vm.ts';
import { checkClock, runProgram } from '../guest.ts';
import { armOf } from './arms.ts';
import {
  type Calibration,
  FILE_SYSTEMS,
  type FileSystem,
  type Measurement,
  parseOutput,
  type ProgramOutput,
  type Unit,
} from './measurement.ts';

export interface Size {
  /** Files in each directory. */
  readonly entries: number;
  readonly passes: number;
  /** Of the arms in JavaScript, which take ten times as long; without it, none. */
  readonly nodePasses?: number;
}

export interface Plan {
  readonly units: readonly Unit[];
  readonly sizes: readonly Size[];
  /** Ids of arms. */
  readonly arms: readonly string[];
}

/** What of a guest decides what is measured in it. */
export interface GuestFacts {
  readonly unit: Unit;
  readonly kernel: string;
  /** Name and flags of its processor, from /proc/cpuinfo. */
  readonly processor: string;
  readonly flags: readonly string[];
  readonly calibration: Calibration;
}

export interface Results {
  readonly guests: readonly GuestFacts[];
  /** Arms whose call the kernel has not. */
  readonly absent: readonly string[];
  readonly measured: readonly Measurement[];
}

/** Room for 200,000 inodes in memory, and on the disk. */
const MEMORY_MIB = 2048;
const DISK_MIB = 1024;
const BYTES_AN_INODE = 4096;

/** A size of directory may take so long, in ms: on a slow host an hour is nothing to be wrong about. */
const SIZE_DEADLINE_MS = 3_600_000;

const MOUNT = `set -e
mkdir -p /bench/tmpfs /bench/ext4
mount -t tmpfs -o nr_inodes=0 bench /bench/tmpfs
mkfs.ext4 -q -i ${BYTES_AN_INODE} /dev/vda
mount -o noinit_itable /dev/vda /bench/ext4`;

/**
 * Measures all of `plan`; `onMeasured` hears of each figure as it comes.
 *
 * @param guest kernel, image and what else the two guests have in common; the image must hold both programs
 * @throws VmError when a guest ends badly, HarnessError `BENCH_FAILED` when the program does, InfraError `ICOUNT_INEXACT` when
 *   a nanosecond is no instruction
 */
export async function measureMetadata(
  guest: BootOptions,
  plan: Plan,
  ctx: Context,
  onMeasured: (measurement: Measurement) => void,
): Promise<Results> {
  const results: Measurement[] = [];
  const facts = new Map<Unit, GuestFacts>();
  const missing = new Set<string>();
  for (const unit of plan.units) {
    const options = { ...guest, name: unit, memoryMiB: Math.max(guest.memoryMiB ?? 0, MEMORY_MIB) };
    const icount = unit === 'instructions' ? { icount: true, accel: 'tcg' as const } : {};
    await using vm = await bootVm({ ...options, ...icount, disks: [{ sizeMiB: DISK_MIB }] }, ctx);
    await run(vm, ['sh', '-c', MOUNT]);
    const cpuinfo = String(await vm.readFile('/proc/cpuinfo'));
    for (const fileSystem of FILE_SYSTEMS) {
      for (const size of plan.sizes) {
        const told = await runPrograms(vm, fileSystem, size, plan.arms);
        for (const { calibration, absent, measured } of told) {
          if (calibration !== undefined) {
            if (unit === 'instructions') checkClock(calibration.loop, 'metadata');
            facts.set(unit, { unit, kernel: vm.hello.kernel, ...processorOf(cpuinfo), calibration });
          }
          for (const arm of absent) missing.add(arm);
          for (const values of measured) {
            const measurement = { unit, fileSystem, ...values };
            results.push(measurement);
            onMeasured(measurement);
          }
        }
      }
    }
  }
  return { guests: [...facts.values()], absent: [...missing], measured: results };
}

async function runPrograms(
  vm: Vm,
  fileSystem: FileSystem,
  { entries, passes, nodePasses = 0 }: Size,
  arms: readonly string[],
): Promise<ProgramOutput[]> {
  const [inC, inJavaScript] = [false, true].map((wanted) =>
    arms.filter((arm) => (armOf(arm).kind === 'node') === wanted),
  );
  const directory = `/bench/${fileSystem}`;
  const told: ProgramOutput[] = [];
  if (inC !== undefined && inC.length > 0) {
    told.push(parseOutput(await run(vm, ['metadata', directory, String(entries), String(passes), ...inC])));
  }
  if (nodePasses > 0 && inJavaScript !== undefined && inJavaScript.length > 0) {
    told.push(parseOutput(await run(vm, ['metadata', directory, String(entries), '0'])));
    told.push(parseOutput(await run(vm, ['node-arms', directory, String(nodePasses), ...inJavaScript])));
    await run(vm, ['rm', '-r', `${directory}/src`, `${directory}/dst`]);
  }
  return told;
}

const run = (vm: Vm, argv: readonly string[]): Promise<string> =>
  runProgram(vm, 'test/bench', argv, { timeout: SIZE_DEADLINE_MS });

function processorOf(cpuinfo: string): { readonly processor: string; readonly flags: readonly string[] } {
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuinfo)?.[1] ?? '';
  return { processor: field('model name'), flags: field('flags').split(' ') };
}
