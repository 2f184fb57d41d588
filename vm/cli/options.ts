/** The options of the harness's commands, as data: parsing, `--help` and the README's table all stand on this one list. */
import { parseArgs } from 'node:util';
import { UsageError } from '../errors.ts';

interface OptionSpec {
  readonly type: 'string' | 'boolean';
  /** Placeholder of the value in `--help`. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
}

/** Every option of every command. A name means the same wherever it is accepted. */
export const OPTIONS = {
  source: {
    type: 'string',
    value: 'auto|kernel.org|debian|PATH',
    default: 'auto',
    help: "where Linux comes from; PATH is a tarball or a tree; auto tries kernel.org, then Debian's package",
  },
  project: {
    type: 'string',
    value: 'PATH',
    help: "the patch series, programs and tests to use: a dirsync.project.json, or its folder (default: the checkout's)",
  },
  kernel: {
    type: 'string',
    value: 'plain|debug|kasan|stock',
    default: 'plain',
    help: "plain has our series, debug and kasan also the kernel's own checks, stock is without the series",
  },
  jobs: { type: 'string', value: 'N', help: 'parallel compile jobs (default: the number of CPUs)' },
  accel: {
    type: 'string',
    value: 'auto|kvm|tcg',
    default: 'auto',
    help: 'auto takes KVM where it was seen to run a guest, else TCG, and says why',
  },
  machine: {
    type: 'string',
    value: 'auto|q35|pc|microvm',
    default: 'auto',
    help: 'auto takes a microvm under TCG, which boots in half the time, else q35',
  },
  'require-kvm': { type: 'boolean', help: 'end with INFRA instead of falling back to TCG' },
  memory: { type: 'string', value: 'MIB', default: '1024', help: "the guest's memory in MiB" },
  dump: { type: 'boolean', help: 'save the memory of a guest that panics or hangs, as memory.kdump' },
  filter: {
    type: 'string',
    value: 'REGEX',
    help: 'run only the tests whose names match (the outermost ones of each file)',
  },
  seed: {
    type: 'string',
    value: 'N',
    help: 'for tests that try random things (default: a random one, which is printed)',
  },
  repeat: {
    type: 'string',
    value: 'N',
    help: 'run the tests so many times; bench: the boots, or the passes',
  },
  'until-failure': {
    type: 'boolean',
    help: 'stop repeating at the first failure; without --repeat go on until then',
  },
  shard: { type: 'string', value: 'I/N', help: 'run the I-th of N equal parts of the test files' },
  keep: { type: 'boolean', help: "keep the guests' disks after a pass, too" },
  snapshot: {
    type: 'boolean',
    help: 'let guests go on from a snapshot with a warm Node instead of booting; see docs/snapshots.md',
  },
  archive: { type: 'boolean', help: "pack the run's folder into run.tar.gz in it" },
  json: {
    type: 'boolean',
    help: 'for programs: test prints its events on stdout, one JSON object a line, and doctor what it found',
  },
  'dry-run': { type: 'boolean', help: "print the files, the kernels and QEMU's command line; boot nothing" },
  'from-manifest': {
    type: 'string',
    value: 'PATH',
    help: 'repeat the run of this manifest.json: same kernels, files, seed and accelerator',
  },
  from: {
    type: 'string',
    value: 'PATH',
    default: 'build/runs/latest/events.jsonl',
    help: 'the events.jsonl of the run to render',
  },
  'print-key': {
    type: 'boolean',
    help: "print the key of the kernel's content and build nothing: for a pipeline's own cache",
  },
  break: {
    type: 'string',
    value: 'SYMBOL',
    help: "the kernel's function to stop at (default: the project's)",
  },
  batch: {
    type: 'string',
    value: 'FILE',
    help: 'run the gdb commands of FILE instead of reading them from the terminal',
  },
  quick: {
    type: 'boolean',
    help: 'metadata: count instructions only, in directories of 10,000 files',
  },
  arms: {
    type: 'string',
    value: 'LIST',
    help: 'metadata: measure only these ways, by the names of test/bench/metadata.c, commas between',
  },
  'older-than': { type: 'string', value: 'DAYS', help: 'only what was not used for so many days' },
  yes: { type: 'boolean', help: 'do it, instead of saying what would be done' },
  install: { type: 'boolean', help: 'install what is missing, after saying what (asks sudo for the right)' },
  help: { type: 'boolean', help: 'print this' },
} as const satisfies Record<string, OptionSpec>;

export type OptionName = keyof typeof OPTIONS;

/** Values as they were typed, defaults filled in. */
export type OptionValues = {
  readonly [K in OptionName]?: (typeof OPTIONS)[K]['type'] extends 'boolean' ? boolean : string;
};

export interface ParsedArguments {
  readonly values: OptionValues;
  /** Everything that is no option, in order; what stands after `--` included. */
  readonly positionals: readonly string[];
  /** The options that were typed, and not filled in. */
  readonly given: ReadonlySet<string>;
  /** All of it, as it was typed. */
  readonly args: readonly string[];
}

/** Parses the arguments of one command; an unknown option or a missing value is a UsageError that names it. */
export function parseOptions(
  command: string,
  names: readonly OptionName[],
  args: readonly string[],
  ownDefaults: OptionValues = {},
): ParsedArguments {
  const options = Object.fromEntries(
    [...names, 'help' as const].map((name) => [name, { type: OPTIONS[name].type }]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    const defaults = Object.fromEntries(
      names.flatMap((name) => ('default' in OPTIONS[name] ? [[name, OPTIONS[name].default]] : [])),
    );
    return {
      values: { ...defaults, ...ownDefaults, ...values },
      positionals,
      given: new Set(Object.keys(values)),
      args,
    };
  } catch (error) {
    throw new UsageError({
      code: 'USAGE',
      tried: `read the arguments of ${command}`,
      found: error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error),
      hint: `npm run ${command} -- --help`,
      cause: error,
    });
  }
}

/** One line an option, aligned, for `--help`. */
export function optionLines(names: readonly OptionName[], ownDefaults: OptionValues = {}): string[] {
  const rows = names.map((name) => {
    const spec: OptionSpec = OPTIONS[name];
    const flag = `--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`;
    const value = ownDefaults[name] ?? spec.default;
    const standard = value === undefined ? '' : ` (default: ${String(value)})`;
    return [flag, `${spec.help}${standard}`] as const;
  });
  const width = Math.max(...rows.map(([flag]) => flag.length));
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`);
}

/** The value, if it is one of `allowed`; else a UsageError that lists them. */
export function oneOf<T extends string>(option: string, value: string | undefined, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'USAGE',
    tried: `read --${option}`,
    found: `'${value ?? ''}'`,
    hint: `--${option} ${allowed.join('|')}`,
  });
}

/** The value as a whole number from `min` to `max`; else a UsageError. */
export function wholeNumber(option: string, value: string, min: number, max: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError({
    code: 'USAGE',
    tried: `read --${option}`,
    found: `'${value}'`,
    hint: `--${option} takes a whole number from ${min} to ${max}`,
  });
}
