/** What `vm:test` was asked for: its options, read and checked before anything is started. */
import { randomInt } from 'node:crypto';
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type OptionName, type OptionValues, type ParsedArguments, wholeNumber } from '../cli/options.ts';
import { UsageError } from '../errors.ts';
import type { Project } from '../project.ts';
import { readManifest } from '../results/manifest.ts';
import type { TestRequest } from '../run/tests.ts';
import {
  accelOption,
  flavourOption,
  memoryOption,
  prepareOptions,
  projectOption,
  testedWith,
} from './options.ts';

/** The options that a manifest decides, and that cannot be given beside one. */
const OF_THE_MANIFEST: readonly OptionName[] = [
  'source',
  'project',
  'kernel',
  'accel',
  'require-kvm',
  'memory',
  'snapshot',
  'seed',
  'filter',
  'shard',
];

export const TEST_OPTIONS: readonly OptionName[] = [
  ...OF_THE_MANIFEST,
  'jobs',
  'dump',
  'repeat',
  'until-failure',
  'keep',
  'archive',
  'json',
  'dry-run',
  'from-manifest',
];

/** fast-check takes seeds of 32 bits with a sign: these are the ones that are none the less easy to type. */
const SEEDS = 2 ** 31;

const MOST_ROUNDS = 1_000_000;

/**
 * Reads the arguments of `vm:test`.
 *
 * @throws UsageError for any value that is none
 */
export async function testRequest(given: ParsedArguments): Promise<TestRequest> {
  const path = given.values['from-manifest'];
  if (path === undefined) return request(given);
  refuseBeside(given);
  const repeated = await readManifest(path);
  const { files, memory, seed, ...rest } = repeated.options;
  const values = { ...given.values, ...rest, memory: String(memory), seed: String(seed) };
  return { ...request({ ...given, values, positionals: files }), repeated };
}

function request({ values, positionals }: Pick<ParsedArguments, 'values' | 'positionals'>): TestRequest {
  const project = projectOption(values);
  const flavour = flavourOption(values);
  const untilFailure = values['until-failure'] === true;
  const rounds = roundsOption(values, untilFailure);
  return {
    project,
    files: shard(testFiles(positionals, project), values.shard),
    flavour,
    accel: accelOption(values),
    memoryMiB: memoryOption(values),
    prepare: prepareOptions(values, testedWith(flavour)),
    seed: values.seed === undefined ? randomInt(SEEDS) : wholeNumber('seed', values.seed, 0, SEEDS - 1),
    ...(values.filter !== undefined && { filter: regularExpression(values.filter) }),
    ...(rounds !== undefined && { rounds }),
    snapshot: values.snapshot === true,
    untilFailure,
    keep: values.keep === true,
    dump: values.dump === true,
    archive: values.archive === true,
    json: values.json === true,
    dryRun: values['dry-run'] === true,
  };
}

function roundsOption({ repeat }: OptionValues, untilFailure: boolean): number | undefined {
  if (repeat !== undefined) return wholeNumber('repeat', repeat, 1, MOST_ROUNDS);
  return untilFailure ? undefined : 1;
}

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

/** Every N-th file, so that neighbours, which are often alike, are shared out. */
function shard(files: readonly string[], part: string | undefined): readonly string[] {
  if (part === undefined) return files;
  const [index = 0, count = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(part)?.slice(1) ?? []).map(Number);
  if (index >= 1 && index <= count && count <= files.length) {
    return files.filter((_, at) => at % count === index - 1);
  }
  throw new UsageError({
    code: 'USAGE',
    tried: 'read --shard',
    found: `'${part}'`,
    hint: `--shard takes I/N with I from 1 to N, and N at most ${files.length}, the number of test files`,
  });
}

function regularExpression(text: string): string {
  try {
    return new RegExp(text).source;
  } catch (error) {
    throw new UsageError({
      code: 'USAGE',
      tried: 'read --filter',
      found: (error as Error).message,
      hint: "--filter takes a JavaScript regular expression, e.g. --filter '^phase [12]'",
      cause: error,
    });
  }
}

function refuseBeside({ given, positionals }: ParsedArguments): void {
  const beside = OF_THE_MANIFEST.filter((name) => given.has(name)).map((name) => `--${name}`);
  const found = [...beside, ...positionals];
  if (found.length === 0) return;
  throw new UsageError({
    code: 'USAGE',
    tried: 'read --from-manifest',
    found: `${found.join(', ')} beside it, which the manifest decides`,
    hint: 'leave it out, or give all options by hand: the manifest.json lists them',
  });
}
