/** The command line of `npm run churn`, checked before anything is started. */
import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { oneOf, wholeNumber } from '../../vm/cli/options.ts';
import { UsageError } from '../../vm/errors.ts';
import { FLAVOURS, type Flavour } from '../../vm/kernel/layout.ts';
import { KINDS, type Kind } from './scenarios/all.ts';

/** Where a place can be made in a guest: a file system each (guest.ts). */
const GUEST_DIRS = ['/ext4', '/tmpfs'] as const;

export interface ChurnOptions {
  readonly operations: number;
  readonly seed: number;
  readonly writers: number;
  readonly batch: number;
  /** On this host, or in the guest. */
  readonly dir: string;
  /** The kernel of the guest in which it happens; undefined for this host. */
  readonly guest: Flavour | undefined;
  readonly without: readonly Kind[];
  readonly limitMs: number;
  readonly tries: number;
  readonly shrinkMs: number;
  /** A packaged syncer; the sources are run without one. */
  readonly syncer: string | undefined;
  /** Where the syncer takes metadata from; its own choice without it. */
  readonly metadata: string | undefined;
  /** So many times slower than it could be the syncer runs. */
  readonly slow: number;
  /** A script to be played instead of random changes. */
  readonly replay: string | undefined;
}

/** As text: what is typed, its default and its meaning. */
const OPTIONS = {
  ops: { value: 'N', default: '10000', help: 'operations to make' },
  seed: {
    value: 'N',
    help: 'the same seed gives the same operations (default: a random one, which is printed)',
  },
  writers: { value: 'N', default: '1', help: 'processes that work at the same time' },
  batch: { value: 'N', default: '500', help: 'operations between two comparisons, on average' },
  guest: { value: 'KERNEL', help: `in a guest with this kernel: ${FLAVOURS.join(', ')}` },
  dir: {
    value: 'DIR',
    help: `where the folder is made, and so on which file system (default: ${tmpdir()}; in a guest ${GUEST_DIRS.join(' or ')})`,
  },
  without: { value: 'KINDS', default: '', help: `what not to do, commas between: ${KINDS.join(',')}` },
  metadata: { value: 'kernel|statx|auto', help: 'passed on to the syncer' },
  syncer: { value: 'PATH', help: 'the program to test (default: from the sources)' },
  slow: {
    value: 'N',
    default: '1',
    help: 'let the syncer run for an N-th of the time only, as on a busy machine',
  },
  limit: { value: 'S', default: '20', help: 'seconds in which the destination has to become equal' },
  tries: { value: 'N', default: '6', help: 'plays of a script before it counts as good' },
  shrink: { value: 'S', default: '600', help: 'seconds to spend on a shorter script' },
  replay: { value: 'FILE', help: 'play a script instead, so many tries' },
} as const satisfies Record<string, { value: string; default?: string; help: string }>;

export const EXIT = { equal: 0, diverged: 1, usage: 2, broken: 3, interrupted: 130 } as const;

export function helpText(): string {
  const rows = Object.entries(OPTIONS).map(([name, option]) => {
    const standard = 'default' in option && option.default !== '' ? ` (default: ${option.default})` : '';
    return `  ${`--${name} ${option.value}`.padEnd(30)}${option.help}${standard}`;
  });
  return [
    'Usage: npm run churn -- [OPTION]...',
    'Makes random changes below the eyes of a live dirsync and compares; a failure is shrunk to a short script.',
    '',
    ...rows,
    '',
    'Exit codes: 0 no divergence, 1 a divergence, 2 usage, 3 the run itself went wrong, 130 interrupted',
    '',
  ].join('\n');
}

function wrong(option: string, value: string, hint: string): UsageError {
  return new UsageError({
    code: 'USAGE',
    tried: `read --${option}`,
    found: `'${value}'`,
    hint: `--${option} takes ${hint}`,
  });
}

function kindList(value: string): Kind[] {
  return value
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const kind = KINDS.find((known) => known === word);
      if (kind === undefined) throw wrong('without', word, `any of ${KINDS.join(',')}`);
      return kind;
    });
}

function existing(
  option: string,
  value: string,
  isRight: (stat: ReturnType<typeof statSync>) => boolean,
  what: string,
): string {
  const path = resolve(value);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !isRight(stat)) throw wrong(option, value, what);
  return path;
}

/** undefined when only help was asked for. Throws UsageError. */
export function parseChurnOptions(args: readonly string[]): ChurnOptions | undefined {
  const values = readArguments(args);
  if (values['help'] !== undefined) return undefined;
  const text = (name: keyof typeof OPTIONS): string => {
    const option = OPTIONS[name];
    return values[name] ?? ('default' in option ? option.default : '');
  };
  const file = (name: 'syncer' | 'replay'): string | undefined =>
    values[name] === undefined
      ? undefined
      : existing(name, values[name], (stat) => stat?.isFile() === true, 'a file');
  const guest = values['guest'] === undefined ? undefined : oneOf('guest', values['guest'], FLAVOURS);
  if (guest !== undefined && values['syncer'] !== undefined)
    throw wrong('syncer', values['syncer'], 'no value with --guest, whose image has the syncer');
  if (guest !== undefined && values['slow'] !== undefined)
    throw wrong('slow', values['slow'], 'no value with --guest, which is slow enough');
  const metadata = values['metadata'];
  if (metadata !== undefined) oneOf('metadata', metadata, ['kernel', 'statx', 'auto']);
  return {
    operations: wholeNumber('ops', text('ops'), 1, 1e12),
    seed: wholeNumber('seed', values['seed'] ?? String(Math.floor(Math.random() * 1e9)), 0, 2 ** 31 - 1),
    writers: wholeNumber('writers', text('writers'), 1, 64),
    batch: wholeNumber('batch', text('batch'), 1, 100_000),
    guest,
    dir: directory(values['dir'], guest),
    without: kindList(text('without')),
    limitMs: 1000 * wholeNumber('limit', text('limit'), 1, 3600),
    tries: wholeNumber('tries', text('tries'), 1, 1000),
    shrinkMs: 1000 * wholeNumber('shrink', text('shrink'), 0, 86_400),
    slow: wholeNumber('slow', text('slow'), 1, 1000),
    syncer: file('syncer'),
    replay: file('replay'),
    metadata,
  };
}

function directory(typed: string | undefined, guest: Flavour | undefined): string {
  if (guest !== undefined) return oneOf('dir', typed ?? GUEST_DIRS[0], GUEST_DIRS);
  return existing('dir', typed ?? tmpdir(), (stat) => stat?.isDirectory() === true, 'a directory');
}

function readArguments(args: readonly string[]): Record<string, string | undefined> {
  const known = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { ...known, help: { type: 'boolean' } },
      strict: true,
    });
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (cause) {
    const found = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause);
    throw new UsageError({
      code: 'USAGE',
      tried: 'read the arguments of churn',
      found,
      hint: 'npm run churn -- --help',
      cause,
    });
  }
}
