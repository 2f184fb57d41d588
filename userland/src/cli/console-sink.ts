/** Turns the events of a run into lines: what happens to stdout, complaints to stderr. */
import { displayName } from '../native/names.ts';
import { sentence } from '../errors.ts';
import { itemize } from './itemize.ts';
import type { ByteString } from '../native/addon.ts';
import type { RelativePath, SyncEvent, SyncSink } from '../report.ts';
import { backupPath } from '../roots/backup-place.ts';
import type { RootPaths } from '../roots/roots.ts';

export interface ConsoleOptions {
  readonly roots: RootPaths;
  /** As in the options of a pair; shown as a path like the roots. */
  readonly backupDir?: ByteString | null | undefined;
  /** Shown before each line, when there are several pairs. */
  readonly pair?: string | undefined;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  /** Changes as `itemize` says them, those of the first synchronization too. */
  readonly itemize?: boolean;
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
}

type Kind = SyncEvent['kind'];
type Of<K extends Kind> = Extract<SyncEvent, { kind: K }>;

/** What the seeds' lines look like, one function an event; null: nothing to say. */
type Lines = { readonly [K in Kind]: (event: Of<K>, names: Names) => string };

interface Names {
  readonly source: (path: RelativePath) => string;
  readonly destination: (path: RelativePath) => string;
  readonly backup: (path: RelativePath) => string;
}

const LINES: Lines = {
  watching: (event, { source }) => `Watching: ${source(event.path)} (wd: ${event.wd})`,
  ready: (_event, { source }) => `Watching directory: ${source('')}. Press Ctrl+C to stop.`,
  audited: (_event, { source }) => `Compared everything again: ${source('')}`,
  event: (event, { source }) => `Event: ${displayName(event.name)} in ${source(event.directory)}`,
  copied: (event, { source, destination }) => `Copied: ${source(event.path)} -> ${destination(event.path)}`,
  'created-directory': (event, { destination }) => `Created directory: ${destination(event.path)}`,
  updated: (event, { destination }) => `Updated: ${destination(event.path)}`,
  deleted: (event, { destination }) =>
    `Deleted: ${destination(event.path)}${event.kept ? ' (all but what is excluded)' : ''}`,
  'backed-up': (event, { destination, backup }) =>
    `Backed up: ${destination(event.path)} -> ${backup(event.to)}`,
  renamed: (event, { destination }) => `Renamed: ${destination(event.from)} -> ${destination(event.to)}`,
  linked: (event, { destination }) => `Linked: ${destination(event.path)} -> ${destination(event.target)}`,
  failed: (event, { source, destination }) =>
    sentence(
      `synchronize ${source(event.path)} to ${destination(event.path)}`,
      event.reason,
      event.retryMs === null ? 'given up' : `trying again in ${event.retryMs / 1000} s`,
    ),
  recovered: (event, { source, destination }) =>
    sentence(`synchronize ${source(event.path)} to ${destination(event.path)}`, 'done now'),
  warning: (event) => event.text,
};

/** Changes of the first synchronization are told by `--verbose` only; after it, each one is. */
const CHANGES: ReadonlySet<Kind> = new Set([
  'copied',
  'created-directory',
  'updated',
  'deleted',
  'backed-up',
  'renamed',
  'linked',
] as const);

const COMPLAINTS: ReadonlySet<Kind> = new Set(['failed', 'recovered', 'warning'] as const);

export function consoleSink(options: ConsoleOptions): SyncSink {
  const { roots, verbosity, itemize: itemized = false } = options;
  const prefix = options.pair === undefined ? '' : `[${options.pair}] `;
  const out = (line: string): void => options.out(prefix + line);
  const err = (line: string): void => options.err(`dirsync: ${prefix}${line}`);
  const names: Names = {
    source: (path) => displayPath(roots.source, path),
    destination: (path) => displayPath(roots.destination, path),
    backup: (path) => displayPath(backupPath(roots, options.backupDir ?? ''), path),
  };
  let ready = false;
  return {
    emit(event) {
      const { kind } = event;
      if (kind === 'ready') ready = true;
      if (COMPLAINTS.has(kind)) err(lineOf(event, names));
      else if (verbosity === 'quiet') return;
      else if (itemized && CHANGES.has(kind)) out(itemLine(event, names));
      else if (kind === 'audited' && verbosity !== 'verbose') return;
      else if (ready || verbosity === 'verbose' || !CHANGES.has(kind)) out(lineOf(event, names));
    },
  };
}

function lineOf<K extends Kind>(event: Of<K>, names: Names): string {
  // TypeScript does not see that an event and the function of its own kind fit.
  const format = LINES[event.kind] as (event: Of<K>, names: Names) => string;
  return format(event, names);
}

function itemLine(event: SyncEvent, names: Names): string {
  const item = itemize(event) ?? '';
  if (event.kind === 'renamed') return `${item} ${displayName(event.from)} -> ${displayName(event.to)}`;
  if (event.kind === 'backed-up') return `${item} ${displayName(event.path)} -> ${names.backup(event.to)}`;
  if (event.kind === 'linked') return `${item} ${displayName(event.path)} => ${displayName(event.target)}`;
  if (!('path' in event)) return item;
  const slash = /^[^*]d/.test(item) && event.path !== '' ? '/' : '';
  return `${item} ${displayName(event.path === '' ? './' : event.path)}${slash}`;
}

/** A root as it was typed, but for slashes at its end, and what is below it. */
function displayPath(root: string, path: RelativePath): string {
  const bare = root.replace(/\/+$/, '');
  if (path !== '') return displayName(`${bare}/${path}`);
  return displayName(bare === '' ? '/' : bare);
}
