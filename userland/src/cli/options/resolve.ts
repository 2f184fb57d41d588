/** What the options mean together: the command line as one command, checked. */
import type { Policy } from '../../compare/policy.ts';
import type { MetadataChoice } from '../../metadata/probe.ts';
import { quote } from '../../errors.ts';
import type { ByteString } from '../../native/addon.ts';
import type { RootPaths } from '../../roots/roots.ts';
import type { RuleArgument } from '../filter-rules.ts';
import { parseArguments, type Given, type Repeated } from './parse.ts';
import type { OptionName, Values } from './table.ts';
import { usage } from './usage.ts';

/** What concerns the whole program. */
export interface RunOptions {
  readonly once: boolean;
  readonly dryRun: boolean;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Changes as rsync's eleven characters. */
  readonly itemize: boolean;
  /** Events as JSON on stdout instead of lines. */
  readonly json: boolean;
  /** `auto`: on a terminal only. */
  readonly progress: 'auto' | 'always' | 'never';
  readonly logFile: ByteString | null;
  readonly stats: boolean;
  readonly metadata: MetadataChoice;
  /** Bytes a second, for all copies together; 0: no limit. */
  readonly bytesPerSecond: number;
}

/** What concerns one source and its destination. */
export interface PairOptions {
  /** null when it is the only one, from the command line. */
  readonly name: string | null;
  readonly roots: RootPaths;
  readonly policy: Omit<Policy, 'owner' | 'filter'>;
  /** What is left out, in order. */
  readonly rules: readonly RuleArgument[];
  readonly fsync: boolean;
  /** Where what is replaced or deleted is kept, relative to the destination; null: nowhere. */
  readonly backupDir: ByteString | null;
  readonly allowEmpty: boolean;
  /** Milliseconds from one full comparison to the next in continuous mode; null for none. */
  readonly auditMs: number | null;
  /** Infinity when there is no limit. */
  readonly maxDelete: number;
}

export interface SyncOptions {
  readonly kind: 'sync';
  readonly run: RunOptions;
  readonly pairs: readonly PairOptions[];
}

/** The roots are in a file: see config/read.ts. */
export interface ConfigCommand {
  readonly kind: 'config';
  readonly file: ByteString;
  readonly given: Given;
}

export type Command =
  | SyncOptions
  | ConfigCommand
  | { readonly kind: 'help'; readonly all: boolean }
  | { readonly kind: 'version' }
  /** The roots are missing: the usage line is the whole answer. */
  | { readonly kind: 'usage' };

/** Throws a SyncError with exit code 1 for a command line that means nothing. */
export function parseCommand(argv: readonly ByteString[]): Command {
  const given = parseArguments(argv);
  const { values, repeated, positionals } = given;
  if (values.help === true) return { kind: 'help', all: given.helpAll };
  if (values.version === true) return { kind: 'version' };
  if (values.config !== undefined) return configCommand(values.config, given);
  const roots = readRoots(given);
  if (roots === null) return { kind: 'usage' };
  if (positionals.length > 2)
    throw usage(`synchronize ${positionals.length} directories`, 'dirsync takes exactly two');
  return { kind: 'sync', run: runOptions(values), pairs: [pairOptions(null, roots, values, repeated)] };
}

function configCommand(file: ByteString, given: Given): ConfigCommand {
  const [first] = given.positionals;
  if (first === undefined) return { kind: 'config', file, given };
  throw usage(
    `synchronize ${quote(first)} with --config`,
    'the directories are those of the file',
    `dirsync --config ${quote(file)}, or both directories without --config`,
  );
}

function readRoots({ positionals }: Given): RootPaths | null {
  const [source, destination] = positionals;
  if (source === undefined || destination === undefined) return null;
  if (source === '' || destination === '') throw usage('read the command line', 'a root is the empty string');
  return { source, destination };
}

/** Throws a SyncError with exit code 1 for options that contradict each other. */
export function runOptions(values: Values): RunOptions {
  if (values.verbose === true && values.quiet === true)
    throw usage('read the options', '--verbose and --quiet contradict each other', 'give one of them');
  if (values.json === true && values.itemize === true)
    throw usage('read the options', '--json and --itemize contradict each other', 'give one of them');
  if (values.progress === true && values['no-progress'] === true)
    throw usage('read the options', '--progress and --no-progress contradict each other', 'give one of them');
  if (values.progress === true && values.quiet === true)
    throw usage('read the options', '--progress and --quiet contradict each other', 'give one of them');
  const dryRun = values['dry-run'] === true;
  return {
    once: values.once === true || dryRun || (values.phase ?? '3') !== '3',
    dryRun,
    verbosity: values.quiet === true ? 'quiet' : values.verbose === true || dryRun ? 'verbose' : 'normal',
    itemize: values.itemize === true,
    json: values.json === true,
    progress: values.progress === true ? 'always' : values['no-progress'] === true ? 'never' : 'auto',
    logFile: values['log-file'] ?? null,
    stats: values.stats === true,
    metadata: values.metadata ?? 'auto',
    bytesPerSecond: values.bwlimit ?? 0,
  };
}

export function pairOptions(
  name: string | null,
  roots: RootPaths,
  values: Values,
  repeated: readonly Repeated[],
): PairOptions {
  const flat = values.flat === true || values.phase === '1';
  return {
    name,
    roots,
    policy: {
      flat,
      // What is not looked at cannot be called extra; and phase 1 never deleted.
      delete: values['no-delete'] !== true && !flat,
      sizeOnly: values['size-only'] === true || values.phase === '1',
      mtimeSlackNs: values['modify-window'] ?? 0,
      xattrs: values.xattrs === true,
      checksum: values.checksum === true,
    },
    rules: repeated.flatMap(({ name: option, value }) =>
      isRule(option) ? { option, value: value as ByteString } : [],
    ),
    fsync: values.fsync === true,
    backupDir: values['backup-dir'] ?? null,
    allowEmpty: values['allow-empty'] === true,
    auditMs: values.audit ?? null,
    maxDelete: values['max-delete'] ?? Infinity,
  };
}

/** Whether it is one of the options that say what is left out. */
export function isRule(name: OptionName): name is RuleArgument['option'] {
  return name === 'exclude' || name === 'include' || name === 'exclude-from';
}
