/** A guest for a test file, and the folders in it where a test works. */
import type { Test } from 'tap';
import type { Flavour } from '../../vm/kernel/layout.ts';
import type { MachineWish } from '../../vm/qemu/machine/machine-types.ts';
import { newTaint } from '../../vm/console/taint.ts';
import { VmError } from '../../vm/qemu/vm-error.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootPlanned, currentRunPlan, plannedKernel, runEvents, testContext } from './run-plan.ts';

/** The file systems that every test of the syncer runs on: what is tested are Linux's own semantics. */
export const FILE_SYSTEMS = ['tmpfs', 'ext4'] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

const EXT4_MIB = 256;

export interface GuestOptions {
  readonly kernel?: Flavour;
  /** The fastest by default; name `q35` where it matters that the bzImage runs on an ordinary machine. */
  readonly machine?: MachineWish;
  /** Whether to make an ext4 file system and mount it at /ext4; yes by default. */
  readonly ext4?: boolean;
}

/**
 * Boots a guest for the test file `t` and shuts it down at its end; a guest that ends in any other way than by saying
 * that it is done fails the file.
 */
export async function bootGuest(
  t: Test,
  { kernel, machine = 'auto', ext4 = true }: GuestOptions = {},
): Promise<Vm> {
  const context = await testContext(t, runEvents());
  // Also for those who do not use it: guests that are alike share a snapshot.
  const disks = [{ sizeMiB: EXT4_MIB }];
  const { bzImage, vmlinux } = await plannedKernel(kernel);
  const { snapshot } = await currentRunPlan();
  // Who names a machine wants to see it boot.
  const goOn = machine === 'auto' && snapshot !== undefined ? { snapshot } : {};
  const vm = await bootPlanned(context, { kernel: bzImage, vmlinux, machine, disks, ...goOn });
  t.teardown(async () => {
    await vm.shutdown();
  });
  await blameEachTest(t, vm);
  await mountFileSystems(vm, ext4 ? FILE_SYSTEMS : ['tmpfs']);
  return vm;
}

const MOUNT: Readonly<Record<FileSystem, string>> = {
  tmpfs: 'mkdir -p /tmpfs && mount -t tmpfs tmpfs /tmpfs',
  ext4: 'mkfs.ext4 -q /dev/vda && mkdir -p /ext4 && mount -t ext4 /dev/vda /ext4',
};

/** Mounts each at the folder of its name; ext4 is made on the first disk. */
export async function mountFileSystems(vm: Vm, fileSystems: readonly FileSystem[]): Promise<void> {
  for (const fileSystem of fileSystems) await must(vm, MOUNT[fileSystem]);
}

/**
 * Fails the test within `t` in which the kernel complained or became tainted, though its own points passed: at the
 * guest's end it could only be said that one of them did it.
 */
export async function blameEachTest(t: Test, vm: Vm): Promise<void> {
  let taint = await vm.taint();
  let reports = vm.findings.length;
  t.afterEach(async () => {
    const before = { taint, reports };
    try {
      taint = await vm.taint();
    } catch (error) {
      // A guest that is gone says why by itself.
      if (error instanceof VmError) return;
      throw error;
    }
    reports = vm.findings.length;
    const news = vm.findings.slice(before.reports);
    const titles = news.filter(({ known }) => known === undefined).map(({ title }) => title);
    // What an excused report tainted is excused, too.
    const flags = news.length > titles.length ? [] : newTaint(before.taint, taint);
    const damage = [...titles, ...flags];
    if (damage.length > 0) throw new Error(`the kernel complained: ${damage.join('; ')}`);
  });
}

/** Runs a shell script in the guest that has to succeed, and returns what it printed. */
export async function must(vm: Vm, script: string, cwd = '/'): Promise<string> {
  const result = await vm.exec(['sh', '-euc', script], { cwd });
  if (result.code === 0) return result.stdout;
  throw new Error(`in the guest: ${script}\nexit code ${result.code}\n${result.stdout}${result.stderr}`);
}

let workspaces = 0;

/** A new folder on `fileSystem` with empty folders `source` and `destination` in it; returns its path. */
export async function workspace(vm: Vm, fileSystem: FileSystem): Promise<string> {
  workspaces += 1;
  const folder = `/${fileSystem}/${workspaces}`;
  await must(vm, `mkdir -p ${folder}/source ${folder}/destination`);
  return folder;
}

/**
 * How `source` and `destination` below `folder` differ, as treecmp prints it; empty when they are equal.
 *
 * @param waitMs the trees may become equal within so many milliseconds
 * @param below only what is in this directory of both
 */
export async function differences(vm: Vm, folder: string, waitMs = 0, below = '.'): Promise<string> {
  const sides = [`source/${below}`, `destination/${below}`];
  const result = await vm.exec(['treecmp', '--wait', String(waitMs), ...sides], { cwd: folder });
  return result.code === 0 ? '' : result.stdout + result.stderr;
}
