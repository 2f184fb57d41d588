/**
 * `npm run churn`: random changes under a live dirsync until it diverges or the operations are used up; see README.md.
 *
 * A failure is saved as it was found, shrunk, saved again and printed, with the command that plays it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Cache } from '../../vm/cache.ts';
import type { Context } from '../../vm/context.ts';
import { HarnessError } from '../../vm/errors.ts';
import { cacheRoot, CHECKOUT } from '../../vm/paths.ts';
import { progressSink } from '../../vm/terminal/progress.ts';
import { buildAddon } from '../../userland/native/build.ts';
import { Generator } from './generator.ts';
import { bootForChurn } from './guest.ts';
import { GuestPlace } from './guest-place.ts';
import { HostPlace } from './host-place.ts';
import { hunt, type HuntResult } from './hunt.ts';
import { formatScript, parseScript, type Step } from './operations.ts';
import { type ChurnOptions, EXIT, helpText, parseChurnOptions } from './options.ts';
import type { Place } from './place.ts';
import { hostPrograms } from './programs.ts';
import { sessionScope, type SessionCounts } from './session.ts';
import { shrink } from './shrink.ts';
import { diverges, type TrialOptions } from './trials.ts';

/** Where failing scripts are kept. */
const SCRIPTS = join(CHECKOUT, 'build', 'churn');
const PROGRESS_MS = 10_000;

const abort = new AbortController();
/** What has to be ended when all is said. */
const atEnd: (() => Promise<void>)[] = [];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => abort.abort(new Error(`interrupted by ${signal}`)));

process.exitCode = await main(process.argv.slice(2));

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseChurnOptions(args);
    if (options === undefined) {
      process.stdout.write(helpText());
      return EXIT.equal;
    }
    const trial = await prepare(options);
    const code = await (options.replay === undefined
      ? run(options, trial)
      : replay(options.replay, options, trial));
    // A guest says at its end what its kernel complained about.
    for (const end of atEnd) await end();
    return code;
  } catch (error) {
    if (abort.signal.aborted) {
      say('interrupted: everything that was started has ended, and its folders are removed');
      return EXIT.interrupted;
    }
    if (error instanceof HarnessError) {
      process.stderr.write(`${error.report}\n`);
      return error.verdict === 'USAGE' ? EXIT.usage : EXIT.broken;
    }
    process.stderr.write(`churn went wrong: ${(error as Error).stack ?? String(error)}\n`);
    return EXIT.broken;
  }
}

async function prepare(options: ChurnOptions): Promise<TrialOptions> {
  const { metadata, limitMs, without } = options;
  const context = {
    cache: await Cache.open(cacheRoot()),
    events: progressSink(process.stderr),
    signal: abort.signal,
  };
  const { scope, syncerOptions } = sessionScope(without);
  const from = metadata === undefined ? [] : ['--metadata', metadata];
  const session = { scope, syncerOptions: [...syncerOptions, ...from], limitMs };
  return { session, newPlace: await placesFor(options, context) };
}

async function placesFor(
  { guest, dir, slow, syncer }: ChurnOptions,
  context: Context,
): Promise<() => Promise<Place>> {
  if (guest !== undefined) {
    const vm = await bootForChurn(guest, context);
    atEnd.push(async () => void (await vm.shutdown()));
    return () => GuestPlace.make(vm, dir);
  }
  const programs = await hostPrograms(context);
  if (syncer === undefined) await buildAddon();
  const command =
    syncer === undefined ? [process.execPath, join(CHECKOUT, 'userland/src/main.ts')] : [syncer];
  return async () =>
    Promise.resolve(new HostPlace({ base: dir, programs, syncer: command, slow, signal: abort.signal }));
}

async function run(options: ChurnOptions, trial: TrialOptions): Promise<number> {
  const { seed, operations, writers, batch, without } = options;
  say(`seed ${seed}: ${operations} operations below ${options.dir}`);
  const started = performance.now();
  const rate = ({ operations: done, refused, comparisons }: SessionCounts): string => {
    const seconds = (performance.now() - started) / 1000;
    return `seed ${seed}: ${done} operations (${refused} refused), ${comparisons} comparisons, ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(0)} operations/s`;
  };
  let told = started;
  const { counts, failure } = await hunt({
    session: trial.session,
    place: await trial.newPlace(),
    generator: new Generator({ seed, batch, writers, without }),
    operations,
    onProgress: (now) => {
      if (performance.now() - told < PROGRESS_MS) return;
      told = performance.now();
      say(rate(now));
    },
  });
  say(rate(counts));
  if (failure === undefined) {
    say('no divergence');
    return EXIT.equal;
  }
  await explain(failure, options, trial);
  return EXIT.diverged;
}

/** Tells about a failure, and makes it as short as time allows. */
async function explain(
  failure: NonNullable<HuntResult['failure']>,
  options: ChurnOptions,
  trial: TrialOptions,
): Promise<void> {
  say(`diverged: ${failure.divergence}`);
  const { seed, tries, shrinkMs } = options;
  say(`what was done since the tree was emptied: ${save(`seed-${seed}-full`, failure.steps, options)}`);
  for (const steps of [failure.steps, [...failure.before, ...failure.steps]]) {
    if (!(await diverges(steps, tries, trial))) continue;
    const end = performance.now() + shrinkMs;
    const fails = async (candidate: readonly Step[]): Promise<boolean> =>
      (await diverges(candidate, tries, trial)) !== undefined;
    const short = await shrink(steps, fails, {
      enough: () => performance.now() > end,
      onProgress: (left) => say(`shrinking: ${left} of ${steps.length} operations are enough`),
    });
    const path = save(`seed-${seed}`, short, options);
    say(`${short.length} operations are enough:\n${formatScript(short)}npm run churn -- --replay ${path}`);
    return;
  }
  say(`it did not come out again in ${tries} tries; more: npm run churn -- --tries 100 --replay FILE`);
}

function save(
  name: string,
  steps: readonly Step[],
  { seed, writers, without, metadata }: ChurnOptions,
): string {
  mkdirSync(SCRIPTS, { recursive: true });
  const path = join(SCRIPTS, `${name}.jsonl`);
  const found = `# found with --seed ${seed} --writers ${writers} --without '${without.join(',')}' --metadata ${metadata ?? 'auto'}\n`;
  writeFileSync(path, found + formatScript(steps));
  return relative(process.cwd(), path);
}

async function replay(file: string, { tries }: ChurnOptions, trial: TrialOptions): Promise<number> {
  const steps = parseScript(readFileSync(file, 'latin1'));
  const divergence = await diverges(steps, tries, trial);
  say(divergence === undefined ? `no divergence in ${tries} tries` : `diverged: ${divergence}`);
  return divergence === undefined ? EXIT.equal : EXIT.diverged;
}
