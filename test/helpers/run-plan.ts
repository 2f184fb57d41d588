/** The kernels and the image that a test boots: from the run that started it, or prepared here when run by hand. */
import { basename, dirname, join, relative } from 'node:path';
import type { Test } from 'tap';
import { Cache } from '../../vm/cache.ts';
import { testedWith } from '../../vm/commands/options.ts';
import type { Context } from '../../vm/context.ts';
import { type EventSink, jsonLinesSink } from '../../vm/events.ts';
import { EVENTS } from '../../vm/results/read-events.ts';
import type { Flavour } from '../../vm/kernel/layout.ts';
import { watchLifeLine } from '../../vm/run/life-line.ts';
import { cacheRoot, CHECKOUT, RUNS } from '../../vm/paths.ts';
import { prepare } from '../../vm/prepare.ts';
import { readProject } from '../../vm/project.ts';
import { progressSink } from '../../vm/terminal/progress.ts';
import { bootVm } from '../../vm/qemu/boot.ts';
import type { BootOptions } from '../../vm/qemu/boot-options.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { createRunFolder } from '../../vm/run/folder.ts';
import {
  type PlannedKernel,
  readRunPlan,
  RUN_PLAN_VARIABLE,
  type RunPlan,
  runPlan,
} from '../../vm/run/plan.ts';

/** The test file that this process runs, relative to the checkout. */
const TEST_FILE = relative(CHECKOUT, process.argv[1] ?? '');

const planPath = process.env[RUN_PLAN_VARIABLE];
// Guests die with this process, and so leave nothing of a run that was killed.
if (planPath !== undefined) watchLifeLine(planPath, () => process.exit(1));

/** The record of the run that started this process; undefined when it was started by hand. */
export function recordedEvents(): EventSink | undefined {
  const path = process.env[RUN_PLAN_VARIABLE];
  return path === undefined ? undefined : jsonLinesSink(join(dirname(path), EVENTS), TEST_FILE);
}

/** Where this process tells what happens: the record of its run, or the terminal when it was started by hand. */
export function runEvents(): EventSink {
  return recordedEvents() ?? progressSink(process.stderr);
}

/** A context for the test `t` with the user's cache; guests that the test leaves behind are ended with it. */
export async function testContext<Sink extends EventSink>(
  t: Test,
  events: Sink,
  controller = new AbortController(),
): Promise<Context & { readonly events: Sink }> {
  t.teardown(() => controller.abort(new Error('the test is over')));
  return { cache: await Cache.open(cacheRoot()), events, signal: controller.signal };
}

let plan: Promise<RunPlan> | undefined;

/** The plan of this process: read, or made, once. */
export function currentRunPlan(): Promise<RunPlan> {
  const path = process.env[RUN_PLAN_VARIABLE];
  plan ??= path === undefined ? prepareByHand() : readRunPlan(path);
  return plan;
}

async function prepareByHand(): Promise<RunPlan> {
  const context = {
    cache: await Cache.open(cacheRoot()),
    events: runEvents(),
    signal: new AbortController().signal,
  };
  const options = { source: 'auto', flavours: testedWith('plain'), jobs: 2, project: readProject() };
  const prepared = await prepare(options, context);
  return runPlan(prepared, {
    flavour: 'plain',
    runDir: await createRunFolder(RUNS),
    memoryMiB: 1024,
    dump: false,
    accel: 'auto',
  });
}

/** One of the plan's kernels; the one that the run is about if none is named. */
export async function plannedKernel(flavour?: Flavour): Promise<PlannedKernel> {
  const { kernels, flavour: standard } = await currentRunPlan();
  const kernel = kernels[flavour ?? standard];
  if (kernel === undefined) throw new Error(`the run has no ${flavour ?? standard} kernel`);
  return kernel;
}

/**
 * Boots a guest as the plan has it, with the patched kernel and the image that holds the syncer, but for `options`. It has
 * the test file's name.
 */
export async function bootPlanned(ctx: Context, options: Partial<BootOptions> = {}): Promise<Vm> {
  const { initramfs: initrd, memoryMiB, accel, dump, runDir } = await currentRunPlan();
  const { bzImage, vmlinux } = await plannedKernel();
  const name = basename(TEST_FILE).replace(/(\.test)?\.ts$/, '');
  // Who brings a kernel of his own brings its vmlinux, too, or has none.
  const kernel = options.kernel === undefined ? { kernel: bzImage, vmlinux } : { kernel: options.kernel };
  return bootVm({ name, initrd, memoryMiB, accel, dump, runDir, ...kernel, ...options }, ctx);
}
