/** The kernels and the image that a test boots: from the run that started it, or prepared here when run by hand. */
import { Cache } from '../../vm/cache.ts';
import { ALL_FLAVOURS, guestSources } from '../../vm/commands/options.ts';
import type { Context } from '../../vm/context.ts';
import { cacheRoot, RUNS } from '../../vm/paths.ts';
import { prepare } from '../../vm/prepare.ts';
import { progressSink } from '../../vm/progress.ts';
import { createRunFolder } from '../../vm/run.ts';
import { readRunPlan, RUN_PLAN_VARIABLE, type RunPlan, runPlan } from '../../vm/run-plan.ts';

/** A context for tests: the user's cache, events on stderr, and a signal that nothing aborts. */
export async function testContext(): Promise<Context> {
  return {
    cache: await Cache.open(cacheRoot()),
    events: progressSink(process.stderr),
    signal: new AbortController().signal,
  };
}

export async function currentRunPlan(context: Context): Promise<RunPlan> {
  const path = process.env[RUN_PLAN_VARIABLE];
  if (path !== undefined) return await readRunPlan(path);
  const options = { source: 'auto', flavours: ALL_FLAVOURS, jobs: 2, guestSources: guestSources() };
  const prepared = await prepare(options, context);
  const rest = { runDir: await createRunFolder(RUNS), memoryMiB: 1024, accel: 'auto' } as const;
  return runPlan(prepared, rest);
}
