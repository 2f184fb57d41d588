/**
 * Runs test/bench/metadata.c in two guests: one whose clocks count instructions, and one that tells time. In each, every arm
 * takes its turn, on each file system and size of directory.
 */
import type { Context } from '../../context.ts';
import { HarnessError, InfraError } from '../../errors.ts';
import { bootVm } from '../../qemu/boot.ts';
import type { BootOptions } from '../../qemu/boot-options.ts';
import type { Vm } from '../../qemu/vm.ts';
import {
  type Calibration,
  FILE_SYSTEMS,
  type FileSystem,
  type Measurement,
  parseOutput,
  type Unit,
} from './measurement.ts';

export interface Plan {
  readonly units: readonly Unit[];
  readonly sizes: readonly { readonly entries: number; readonly passes: number }[];
  /** Ids of arms; none: all. */
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
  readonly guests: GuestFacts[];
  /** Arms whose call the kernel has not. */
  readonly absent: string[];
  readonly measured: Measurement[];
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
 * @param guest kernel, image and what else the two guests have in common; the image must hold `metadata`
 * @throws VmError when a guest ends badly, HarnessError `BENCH_FAILED` when the program does, InfraError `ICOUNT_INEXACT` when
 *   a nanosecond is no instruction
 */
export async function measureMetadata(
  guest: BootOptions,
  plan: Plan,
  ctx: Context,
  onMeasured: (measurement: Measurement) => void,
): Promise<Results> {
  const results: Results = { guests: [], absent: [], measured: [] };
  for (const unit of plan.units) {
    const options = { ...guest, name: unit, memoryMiB: Math.max(guest.memoryMiB ?? 0, MEMORY_MIB) };
    const icount = unit === 'instructions' ? { icount: true, accel: 'tcg' as const } : {};
    await using vm = await bootVm({ ...options, ...icount, disks: [{ sizeMiB: DISK_MIB }] }, ctx);
    await run(vm, ['sh', '-c', MOUNT]);
    const cpuinfo = String(await vm.readFile('/proc/cpuinfo'));
    for (const fileSystem of FILE_SYSTEMS) {
      for (const size of plan.sizes) {
        const { calibration, absent, measured } = await runProgram(vm, fileSystem, size, plan.arms);
        checkCalibration(unit, calibration);
        if (!results.guests.some((known) => known.unit === unit)) {
          results.guests.push({ unit, kernel: vm.hello.kernel, ...processorOf(cpuinfo), calibration });
        }
        for (const arm of absent) if (!results.absent.includes(arm)) results.absent.push(arm);
        for (const values of measured) {
          const measurement = { unit, fileSystem, ...values };
          results.measured.push(measurement);
          onMeasured(measurement);
        }
      }
    }
  }
  return results;
}

async function runProgram(
  vm: Vm,
  fileSystem: FileSystem,
  { entries, passes }: Plan['sizes'][number],
  arms: readonly string[],
): Promise<ReturnType<typeof parseOutput> & { readonly calibration: Calibration }> {
  const argv = ['metadata', `/bench/${fileSystem}`, String(entries), String(passes), ...arms];
  const { calibration, ...output } = parseOutput(await run(vm, argv));
  if (calibration === undefined) throw failed(argv, 'it did not say what its clock counts');
  return { ...output, calibration };
}

async function run(vm: Vm, argv: readonly string[]): Promise<string> {
  const { code, signal, stdout, stderr } = await vm.exec(argv, { timeout: SIZE_DEADLINE_MS });
  if (code === 0) return stdout;
  throw failed(argv, `${stderr.trimEnd()} (${signal ?? `exit code ${code}`})`);
}

function failed(argv: readonly string[], found: string): HarnessError {
  return new HarnessError('FAIL', {
    code: 'BENCH_FAILED',
    tried: `run ${argv.join(' ')} in the guest`,
    found,
    hint: 'npm run vm:shell -- --project test/bench, and run it there',
  });
}

/** Whatever is said of instructions stands on this. */
function checkCalibration(unit: Unit, { loop }: Calibration): void {
  if (unit === 'ns' || loop === 2000) return;
  throw new InfraError({
    code: 'ICOUNT_INEXACT',
    tried: 'count instructions by the clock of a guest under -icount shift=0',
    found: `a loop of 2000 instructions took ${loop} ns`,
    hint: 'npm run vm:bench metadata, on another version of QEMU',
  });
}

function processorOf(cpuinfo: string): { readonly processor: string; readonly flags: readonly string[] } {
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(cpuinfo)?.[1] ?? '';
  return { processor: field('model name'), flags: field('flags').split(' ') };
}
