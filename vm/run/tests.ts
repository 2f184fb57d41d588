/** One run of the end-to-end tests: from what was asked for to a verdict, everything on the way told as events. */
import { glob, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readKnownSplats } from '../console/known-splats.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { Flavour } from '../kernel/layout.ts';
import { readSeries } from '../kernel/series.ts';
import { holdLifeLine } from './life-line.ts';
import { CHECKOUT } from '../paths.ts';
import { prepare, type Prepared, type PrepareOptions } from '../prepare.ts';
import type { Project } from '../project.ts';
import { type Accel, type AccelWish, chooseAccel } from '../qemu/accel/accel.ts';
import { readRecords } from '../qemu/artifacts.ts';
import { findQemu, type Qemu } from '../qemu/find-qemu.ts';
import { syncerStandbys } from '../qemu/snapshot.ts';
import { VmError } from '../qemu/vm-error.ts';
import type { Manifest } from '../results/manifest-schema.ts';
import { manifestChanges, manifestOf, writeManifest } from '../results/manifest.ts';
import { runOf } from '../results/model.ts';
import { EVENTS, readEvents } from '../results/read-events.ts';
import { runPlan, writeRunPlan } from './plan.ts';
import { runTap, type TapOptions } from './tap.ts';
import { type Verdict, worstVerdict } from '../verdict.ts';

export interface TestRequest {
  readonly project: Project;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly flavour: Flavour;
  readonly accel: AccelWish;
  readonly memoryMiB: number;
  readonly prepare: PrepareOptions;
  readonly seed: number;
  readonly snapshot: boolean;
  readonly filter?: string;
  /** How many times at most; undefined: until a failure. */
  readonly rounds?: number;
  readonly untilFailure: boolean;
  readonly keep: boolean;
  /** Save the memory of guests that end badly. */
  readonly dump: boolean;
  readonly archive: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
  /** The run that is repeated. */
  readonly repeated?: Manifest;
}

/**
 * Prepares and runs the tests of `request`; the run's folder gets all that they leave.
 *
 * @param context whose events are recorded in the run's folder
 */
export async function runTests(request: TestRequest, runDir: string, context: Context): Promise<Verdict> {
  const { flavour, memoryMiB, dump, filter, seed } = request;
  context.events.emit({ kind: 'note', text: `seed ${seed}` });
  // An entry that has expired is told now, and not by the first guest.
  await readKnownSplats();
  // Known now, and not after minutes of building: a host that cannot boot anything. And said once, not by each guest.
  const qemu = await findQemu(process.env, context.signal);
  const accel = await chooseAccel(request.accel, qemu, context);
  const prepared = await prepare(request.prepare, context);
  await recordManifest({ request, runDir, prepared, accel, qemu }, context);
  const snapshot = request.snapshot ? { snapshot: syncerStandbys(prepared.syncer !== undefined) } : {};
  const guests = { flavour, accel: accel.name, memoryMiB, dump, ...snapshot };
  const plan = await writeRunPlan(runPlan(prepared, { ...guests, runDir }));
  const options = { files: request.files, plan, seed, ...(filter !== undefined && { filter }) };
  await using lifeLine = await holdLifeLine(runDir, context.signal);
  void lifeLine;
  const verdict = await runRounds(request, options, runDir, context);
  if (verdict === 'PASS' && !request.keep) await removeDisks(runDir);
  return verdict;
}

/** Writes down what the run depends on, and says what is another than in the run that it repeats. */
async function recordManifest(
  parts: {
    readonly request: TestRequest;
    readonly runDir: string;
    readonly prepared: Prepared;
    readonly accel: Accel;
    readonly qemu: Qemu;
  },
  context: Context,
): Promise<void> {
  const { request, runDir, prepared, accel, qemu } = parts;
  const { project, prepare: wish, flavour: kernel, memoryMiB: memory, filter, seed, files } = request;
  const { snapshot } = request;
  const options = {
    ...(project.dir !== CHECKOUT && { project: relative(CHECKOUT, project.dir) }),
    kernel,
    source: wish.source,
    memory,
    seed,
    ...(snapshot && { snapshot }),
    ...(filter !== undefined && { filter }),
    files: files.map((file) => relative(project.dir, file)),
  };
  const series = await readSeries(project.seriesDir);
  const qemuVersion = qemu.version;
  const manifest = await manifestOf(
    { runDir, started: new Date(), prepared, series, accel, qemuVersion, options },
    context,
  );
  context.events.emit({ kind: 'run.manifest', manifest });
  await writeManifest(runDir, manifest);
  if (request.repeated === undefined) return;
  const changes = manifestChanges(request.repeated, manifest);
  const text =
    changes.length === 0 ? 'everything is as it was then' : `not as it was then: ${changes.join('; ')}`;
  context.events.emit({ kind: changes.length === 0 ? 'note' : 'warning', text });
}

/** Runs the files as often as was asked for; the verdict is that of all rounds together. */
async function runRounds(
  { rounds, untilFailure, files, filter }: TestRequest,
  options: TapOptions,
  runDir: string,
  context: Context,
): Promise<Verdict> {
  let verdict: Verdict = 'PASS';
  const last = rounds ?? Number.POSITIVE_INFINITY;
  for (let round = 1; round <= last; round += 1) {
    context.events.emit({
      kind: 'tests.begin',
      round,
      ...(rounds !== undefined && { rounds }),
      files: files.map((file) => relative(CHECKOUT, file)),
    });
    const { ok, points } = await runTap(options, context.events, context.signal);
    if (ok && points === 0 && filter !== undefined) throw nothingMatches(filter);
    const guests = await judgeGuests(runDir, context);
    verdict = worstVerdict([verdict, ...guests, ok ? 'PASS' : 'FAIL']);
    if (untilFailure && verdict !== 'PASS') break;
  }
  return verdict;
}

/**
 * The verdicts on all guests of the run so far; a bad one is told in full, once. A guest whose test process was killed has
 * no end in the stream: its record on disk has, and completes it.
 */
async function judgeGuests(runDir: string, { events }: Context): Promise<Verdict[]> {
  const known = runOf(await readEvents(join(runDir, EVENTS))).guests;
  const records = await readRecords(runDir);
  for (const { name, dir, rerun, ...end } of records) {
    const guest = known.find((candidate) => candidate.name === name);
    const { verdict, title, ms, commandLine } = end;
    if (guest === undefined) events.emit({ kind: 'vm.start', vm: name, accel: 'unknown', commandLine });
    if (guest?.end === undefined) events.emit({ kind: 'vm.end', vm: name, verdict, title, ms });
    if (verdict === 'PASS' || guest?.report !== undefined) continue;
    events.emit({ kind: 'vm.report', vm: name, text: new VmError(name, end, dir, rerun).report });
  }
  return records.map(({ verdict }) => verdict);
}

function nothingMatches(filter: string): UserError {
  return new UserError({
    code: 'NO_TESTS',
    tried: `run the tests whose names match /${filter}/`,
    found: 'none does',
    hint: "names are those of each file's outermost tests, as `# Subtest:` lines of the TAP show them",
  });
}

/** The disks of guests that passed are large and tell nothing. */
async function removeDisks(runDir: string): Promise<void> {
  for await (const path of glob('*/disk*.img', { cwd: runDir })) await rm(join(runDir, path));
}
