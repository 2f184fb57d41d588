/** `npm run vm:test`: all stages, then the end-to-end tests; TAP on stdout, one verdict as the exit code. */
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import type { Command } from '../cli/command.ts';
import { readKnownSplats } from '../console/known-splats.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { fanOut, jsonLinesSink } from '../events.ts';
import { CHECKOUT, RUNS } from '../paths.ts';
import { prepare } from '../prepare.ts';
import type { Project } from '../project.ts';
import { chooseAccel } from '../qemu/accel.ts';
import { RUN_PLAN_VARIABLE, runPlan, writeRunPlan } from '../run-plan.ts';
import { createRunFolder } from '../run.ts';
import { readRecords } from '../qemu/artifacts.ts';
import { findQemu } from '../qemu/find-qemu.ts';
import { VmError } from '../qemu/vm-error.ts';
import { worstVerdict } from '../verdict.ts';
import {
  accelOption,
  flavourOption,
  memoryOption,
  prepareOptions,
  projectOption,
  testedWith,
} from './options.ts';

export const test: Command = {
  name: 'vm:test',
  operands: '[TEST-FILE]...',
  summary:
    "Builds what is not built, boots guests and runs the end-to-end tests (default: all of the project's).",
  options: ['source', 'project', 'kernel', 'jobs', 'accel', 'require-kvm', 'memory'],
  async run({ values, positionals }, context) {
    const started = performance.now();
    const project = projectOption(values);
    const files = testFiles(positionals, project);
    const flavour = flavourOption(values);
    const wish = accelOption(values);
    const memoryMiB = memoryOption(values);
    // An entry that has expired is told now, and not by the first guest.
    await readKnownSplats();
    const runDir = await createRunFolder(RUNS);
    const events = fanOut(context.events, jsonLinesSink(join(runDir, 'events.jsonl')));
    const recorded: Context = { ...context, events };
    // Known now, and not after minutes of building: a host that cannot boot anything. And said once, not by each guest.
    const { name: accel } = await chooseAccel(wish, await findQemu(process.env, context.signal), recorded);
    const prepared = await prepare(prepareOptions(values, testedWith(flavour)), recorded);
    const plan = await writeRunPlan(runPlan(prepared, { flavour, accel, memoryMiB, runDir }));
    const passed = await runTap(files, plan, context.signal);
    const guests = await readRecords(runDir);
    for (const { name, dir, rerun, ...end } of guests.filter(({ verdict }) => verdict !== 'PASS'))
      events.emit({ kind: 'warning', text: new VmError(name, end, dir, rerun).report });
    const verdict = worstVerdict([...guests.map((guest) => guest.verdict), passed ? 'PASS' : 'FAIL']);
    events.emit({ kind: 'run.end', verdict, ms: Math.round(performance.now() - started) });
    if (verdict !== 'PASS') context.events.emit({ kind: 'note', text: `consoles and events: ${runDir}` });
    return verdict;
  },
};

/** The named test files; a name that matches none is a usage error rather than a run of nothing. */
function testFiles(names: readonly string[], project: Project): readonly string[] {
  if (names.length === 0) return project.tests;
  return names.flatMap((name) => {
    const found = globSync(name, { cwd: project.dir }).map((path) => join(project.dir, path));
    if (found.length > 0) return found;
    throw new UsageError({
      code: 'USAGE',
      tried: `find the test file ${name}`,
      found: `no such file below ${project.dir}`,
      hint: `one of: ${project.tests.map((path) => relative(project.dir, path)).join(' ')}`,
    });
  });
}

/** Generous, for a test file as a whole: guests have deadlines of their own, which fire first and say more. */
const FILE_TIMEOUT_S = 300;

/** Under TCG a guest keeps one processor busy, and two are what a CI machine has. */
const GUESTS_AT_A_TIME = 2;

/** What tap gets after SIGTERM to report what it was in, before it and its test files are killed. */
const TERM_GRACE_MS = 1000;

/** Runs the test files, TAP on stdout; true if tap says that all passed. */
async function runTap(files: readonly string[], plan: string, signal: AbortSignal): Promise<boolean> {
  const flags = [
    '--reporter=tap',
    `--jobs=${GUESTS_AT_A_TIME}`,
    `--timeout=${FILE_TIMEOUT_S}`,
    '--disable-coverage',
    '--allow-empty-coverage',
  ];
  const { exitCode } = await execa('tap', [...flags, ...files], {
    cwd: CHECKOUT,
    preferLocal: true,
    localDir: CHECKOUT,
    stdin: 'ignore',
    stdout: 'inherit',
    stderr: 'inherit',
    env: { [RUN_PLAN_VARIABLE]: plan },
    cancelSignal: signal,
    // tap does not end its test files, and they would go on with their guests.
    killDescendants: true,
    forceKillAfterDelay: TERM_GRACE_MS,
    reject: false,
  });
  signal.throwIfAborted();
  return exitCode === 0;
}
