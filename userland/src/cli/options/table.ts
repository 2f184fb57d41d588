/**
 * Every option, as data: the parser, `--help` and the test of the man page all read this table.
 *
 * A new option is a row here, a field in resolve.ts, and an entry in docs/dirsync.1.
 */
import { choice, count, duration, interval, path, rate, text, type Reader } from './values.ts';

/** What an option concerns, and so where it stands in a configuration file: the whole run, or each pair of directories. */
export type Scope = 'run' | 'pair' | 'command';

export interface OptionSpec<Value = unknown> {
  /** `command`: it is for the command line only. */
  readonly scope: Scope;
  /** One letter, when there is a short form. */
  readonly short?: string;
  /** The name of the value in `--help`; none for a flag. */
  readonly value?: string;
  /** How the value is read; none for a flag. */
  readonly reader?: Reader<Value>;
  /** Each of several values counts, and so does their order; else the last one does. */
  readonly repeat?: true;
  /** Options of a configuration file that it undoes when it is given on the command line. */
  readonly replaces?: readonly string[];
  /** One line of at most 55 columns. */
  readonly help: string;
  /** Shown on the one screen of `--help`; the others by `--help=all`. */
  readonly common?: true;
}

export const OPTIONS = {
  once: { scope: 'run', help: 'synchronize once and end', common: true },
  phase: {
    scope: 'run',
    value: '1|2|3',
    reader: choice('1', '2', '3'),
    replaces: ['once'],
    help: '1: --once --flat --size-only, 2: --once, 3: continuous',
    common: true,
  },
  flat: { scope: 'pair', help: 'only what lies directly in the source; deletes nothing' },
  'dry-run': {
    scope: 'run',
    short: 'n',
    help: 'once; say what would be done and touch nothing',
    common: true,
  },
  exclude: {
    scope: 'pair',
    value: 'PATTERN',
    reader: text,
    repeat: true,
    help: 'leave out what matches, on both sides (as in rsync)',
    common: true,
  },
  include: {
    scope: 'pair',
    value: 'PATTERN',
    reader: text,
    repeat: true,
    help: 'but not what matches; the first match decides',
    common: true,
  },
  'exclude-from': {
    scope: 'pair',
    value: 'FILE',
    reader: path,
    repeat: true,
    help: 'read patterns from FILE, one a line',
  },
  checksum: { scope: 'pair', short: 'c', help: 'compare contents where size and mtime are equal' },
  'size-only': { scope: 'pair', help: 'files of equal size are equal', common: true },
  'modify-window': {
    scope: 'pair',
    value: 'SECONDS',
    reader: duration,
    help: 'mtimes so close are equal; also 10ms, 1ns',
  },
  'no-delete': { scope: 'pair', help: 'keep what the source does not have', common: true },
  'max-delete': {
    scope: 'pair',
    value: 'N',
    reader: count,
    help: 'stop with exit code 25 before deleting more than N',
    common: true,
  },
  'backup-dir': {
    scope: 'pair',
    value: 'DIR',
    // Not a path from where the option stands: it is relative to the destination.
    reader: text,
    help: 'keep what is replaced or deleted in DIR',
  },
  'allow-empty': { scope: 'pair', help: 'let an empty source empty the destination' },
  bwlimit: {
    scope: 'run',
    value: 'RATE',
    reader: rate,
    help: 'write no more than RATE a second: 500K, 1.5M',
    common: true,
  },
  xattrs: { scope: 'pair', short: 'X', help: 'keep extended attributes and ACLs' },
  audit: {
    scope: 'pair',
    value: 'EVERY',
    reader: interval,
    help: 'compare everything again, every 10m, say',
  },
  fsync: { scope: 'pair', help: 'write through to the disk before replacing a file', common: true },
  verbose: {
    scope: 'run',
    short: 'v',
    replaces: ['quiet'],
    help: 'print every entry, also of the first synchronization',
    common: true,
  },
  itemize: {
    scope: 'run',
    short: 'i',
    replaces: ['json'],
    help: 'tell changes in eleven characters, as rsync does',
  },
  quiet: {
    scope: 'run',
    short: 'q',
    replaces: ['verbose'],
    help: 'print nothing but warnings and errors',
    common: true,
  },
  progress: {
    scope: 'run',
    replaces: ['no-progress'],
    help: 'show how far it is, also where that is no terminal',
  },
  'no-progress': {
    scope: 'run',
    replaces: ['progress'],
    help: 'show no progress and no status line on a terminal',
  },
  json: { scope: 'run', replaces: ['itemize'], help: 'print one JSON object a line on stdout', common: true },
  'log-file': {
    scope: 'run',
    value: 'FILE',
    reader: path,
    help: 'append everything that is told to FILE, with times',
  },
  stats: { scope: 'run', help: 'print totals at the end', common: true },
  metadata: {
    scope: 'run',
    value: 'SOURCE',
    reader: choice('auto', 'kernel', 'statx'),
    help: 'auto, kernel (the calls of our patches) or statx',
  },
  config: {
    scope: 'command',
    value: 'FILE',
    reader: path,
    help: 'pairs of directories and options, from a TOML file',
    common: true,
  },
  version: { scope: 'command', short: 'V', help: 'version, and where metadata comes from', common: true },
  help: { scope: 'command', short: 'h', help: 'this text; --help=all: every option', common: true },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<Spec> = Spec extends { readonly reader: Reader<infer Value> } ? Value : true;

/** What was given: the value of each option that was, read; the last one, if there were several. */
export type Values = { readonly [Name in OptionName]?: ValueOf<(typeof OPTIONS)[Name]> };

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

/** The row of an option, seen as what all rows have in common. */
export function specOf(name: OptionName): OptionSpec {
  return OPTIONS[name];
}

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];
