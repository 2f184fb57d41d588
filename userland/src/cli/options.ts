/** The command line as options, checked; see help.ts for what they mean to a person. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Policy } from '../compare/policy.ts';
import { EXIT, quote, SyncError } from '../errors.ts';
import type { MetadataChoice } from '../metadata/probe.ts';
import type { ByteString } from '../native/addon.ts';
import type { RootPaths } from '../roots/roots.ts';

export interface SyncOptions {
  readonly kind: 'sync';
  readonly roots: RootPaths;
  readonly once: boolean;
  readonly policy: Omit<Policy, 'owner'>;
  readonly dryRun: boolean;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  readonly stats: boolean;
  readonly metadata: MetadataChoice;
  readonly fsync: boolean;
  readonly allowEmpty: boolean;
  /** Infinity when there is no limit. */
  readonly maxDelete: number;
}

export type Command =
  | SyncOptions
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** The roots are missing: the usage line is the whole answer. */
  | { readonly kind: 'usage' };

const OPTIONS = {
  once: { type: 'boolean' },
  flat: { type: 'boolean' },
  'size-only': { type: 'boolean' },
  phase: { type: 'string' },
  'no-delete': { type: 'boolean' },
  'dry-run': { type: 'boolean', short: 'n' },
  verbose: { type: 'boolean', short: 'v' },
  quiet: { type: 'boolean', short: 'q' },
  stats: { type: 'boolean' },
  metadata: { type: 'string' },
  fsync: { type: 'boolean' },
  'allow-empty': { type: 'boolean' },
  'max-delete': { type: 'string' },
  version: { type: 'boolean', short: 'V' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;

/** Throws a SyncError with exit code 1 for a command line that means nothing. */
export function parseCommand(argv: readonly ByteString[]): Command {
  const { values, positionals } = parse(argv);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [source, destination, ...more] = positionals;
  if (source === undefined || destination === undefined) return { kind: 'usage' };
  if (more.length > 0)
    throw usage(`synchronize ${positionals.length} directories`, 'dirsync takes exactly two');
  if (source === '' || destination === '') throw usage('read the command line', 'a root is the empty string');
  if (values.verbose === true && values.quiet === true)
    throw usage('read the command line', '-v and -q contradict each other');
  const phase = choice('--phase', values.phase, ['1', '2', '3']) ?? '3';
  const flat = values.flat === true || phase === '1';
  const dryRun = values['dry-run'] === true;
  return {
    kind: 'sync',
    roots: { source, destination },
    once: values.once === true || dryRun || phase !== '3',
    policy: {
      flat,
      // What is not looked at cannot be called extra; and phase 1 never deleted.
      delete: values['no-delete'] !== true && !flat,
      sizeOnly: values['size-only'] === true || phase === '1',
    },
    dryRun,
    verbosity: values.quiet === true ? 'quiet' : values.verbose === true || dryRun ? 'verbose' : 'normal',
    stats: values.stats === true,
    metadata: choice('--metadata', values.metadata, ['auto', 'kernel', 'statx']) ?? 'auto',
    fsync: values.fsync === true,
    allowEmpty: values['allow-empty'] === true,
    maxDelete: count('--max-delete', values['max-delete']) ?? Infinity,
  };
}

function parse(argv: readonly ByteString[]): ReturnType<typeof parseStrictly> {
  try {
    return parseStrictly(argv);
  } catch (error) {
    // parseArgs explains itself in several sentences; the first says what is wrong.
    const [what = ''] = (error as Error).message.split(/\. (?=To )/);
    throw usage('read the command line', what);
  }
}

function parseStrictly(argv: readonly ByteString[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
}

function choice<const Value extends string>(
  option: string,
  given: string | undefined,
  values: readonly Value[],
): Value | undefined {
  if (given === undefined) return undefined;
  const found = values.find((value) => value === given);
  if (found === undefined) throw usage(`read ${option} ${quote(given)}`, `it takes ${values.join(', ')}`);
  return found;
}

function count(option: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  if (!/^\d{1,15}$/.test(given))
    throw usage(`read ${option} ${quote(given)}`, 'it takes a number, 0 or more');
  return Number(given);
}

function usage(tried: string, found: string): SyncError {
  return new SyncError(EXIT.USAGE, 'USAGE', { tried, found, hint: 'see dirsync --help' });
}
