/**
 * What a run hands to its test files: the kernels, the image and the folder for results.
 *
 * Test files are processes of their own; the plan reaches them as a JSON file that `DIRSYNC_RUN` names.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Flavour } from '../kernel/layout.ts';
import type { Prepared } from '../prepare.ts';
import type { AccelWish } from '../qemu/accel/accel.ts';
import type { StandbyWish } from '../qemu/snapshot.ts';

/** The environment variable that names the plan's file. */
export const RUN_PLAN_VARIABLE = 'DIRSYNC_RUN';

/** Paths of the two forms of one kernel. */
export interface PlannedKernel {
  readonly bzImage: string;
  readonly vmlinux: string;
}

export interface RunPlan {
  readonly runDir: string;
  /** The kernel for tests that name none. */
  readonly flavour: Flavour;
  readonly kernels: Readonly<Partial<Record<Flavour, PlannedKernel>>>;
  readonly initramfs: string;
  /** The packaged syncer on the host, the same bytes as in the image; absent where the project has none. */
  readonly syncer?: string;
  readonly memoryMiB: number;
  readonly accel: AccelWish;
  /** Save the memory of guests that end badly. */
  readonly dump: boolean;
  /** From which snapshot guests go on that do not have to boot; absent: all boot. */
  readonly snapshot?: StandbyWish;
}

export function runPlan(
  prepared: Prepared,
  rest: Pick<RunPlan, 'flavour' | 'runDir' | 'memoryMiB' | 'accel' | 'snapshot' | 'dump'>,
): RunPlan {
  const kernels = Object.fromEntries(
    [...prepared.kernels].map(([flavour, { bzImage, vmlinux }]) => [flavour, { bzImage, vmlinux }]),
  );
  const { initramfs, syncer } = prepared;
  return { ...rest, kernels, initramfs: initramfs.path, ...(syncer === undefined ? {} : { syncer }) };
}

/** Writes `run.json` into the run's folder and returns its path. */
export async function writeRunPlan(plan: RunPlan): Promise<string> {
  const path = join(plan.runDir, 'run.json');
  await writeFile(path, `${JSON.stringify(plan, null, 2)}\n`);
  return path;
}

export async function readRunPlan(path: string): Promise<RunPlan> {
  return JSON.parse(await readFile(path, 'utf8')) as RunPlan;
}
