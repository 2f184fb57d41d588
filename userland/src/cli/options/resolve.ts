/** What the options mean together: the command line as one command, checked. */
import type { Policy } from '../../compare/policy.ts';
import type { MetadataChoice } from '../../metadata/probe.ts';
import type { ByteString } from '../../native/addon.ts';
import type { RootPaths } from '../../roots/roots.ts';
import type { RuleArgument } from '../filter-rules.ts';
import { parseArguments } from './parse.ts';
import type { OptionName } from './table.ts';
import { usage } from './usage.ts';

export interface SyncOptions {
  readonly kind: 'sync';
  readonly roots: RootPaths;
  readonly once: boolean;
  readonly policy: Omit<Policy, 'owner' | 'filter'>;
  /** What is left out, in order. */
  readonly rules: readonly RuleArgument[];
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
  | { readonly kind: 'help'; readonly all: boolean }
  | { readonly kind: 'version' }
  /** The roots are missing: the usage line is the whole answer. */
  | { readonly kind: 'usage' };

/** Throws a SyncError with exit code 1 for a command line that means nothing. */
export function parseCommand(argv: readonly ByteString[]): Command {
  const { values, repeated, positionals, helpAll } = parseArguments(argv);
  if (values.help === true) return { kind: 'help', all: helpAll };
  if (values.version === true) return { kind: 'version' };
  const [source, destination, ...more] = positionals;
  if (source === undefined || destination === undefined) return { kind: 'usage' };
  if (more.length > 0)
    throw usage(`synchronize ${positionals.length} directories`, 'dirsync takes exactly two');
  if (source === '' || destination === '') throw usage('read the command line', 'a root is the empty string');
  if (values.verbose === true && values.quiet === true)
    throw usage('read the command line', '-v and -q contradict each other');
  const phase = values.phase ?? '3';
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
    rules: repeated.flatMap(({ name, value }) =>
      isRule(name) ? { option: name, value: value as ByteString } : [],
    ),
    dryRun,
    verbosity: values.quiet === true ? 'quiet' : values.verbose === true || dryRun ? 'verbose' : 'normal',
    stats: values.stats === true,
    metadata: values.metadata ?? 'auto',
    fsync: values.fsync === true,
    allowEmpty: values['allow-empty'] === true,
    maxDelete: values['max-delete'] ?? Infinity,
  };
}

function isRule(name: OptionName): name is RuleArgument['option'] {
  return name === 'exclude' || name === 'include' || name === 'exclude-from';
}
