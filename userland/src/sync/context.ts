/** What the parts of a run share. */
import type { ExecutorContext } from '../apply/executor.ts';
import type { ContentLedger } from '../compare/content-ledger.ts';
import type { DirectoryNode, WatchTree } from '../detect/watch-tree.ts';
import type { DirtySet } from '../dirty/dirty-set.ts';
import type { ByteString } from '../native/addon.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { RelativePath, SyncSink } from '../report.ts';
import type { Roots } from '../roots/roots.ts';

export interface SyncContext extends ExecutorContext {
  readonly roots: Roots;
  readonly tree: WatchTree;
  readonly dirty: DirtySet<DirectoryNode>;
  readonly ledger: ContentLedger<DirectoryNode>;
  readonly sink: SyncSink;
  readonly metadata: MetadataSource;
  /** Compare and apply once, and end; else go on until told to stop. */
  readonly once: boolean;
  /** Milliseconds from one comparison of everything to the next in continuous mode; null for none. */
  readonly auditMs: number | null;
  /** Milliseconds of a clock that only goes forward, whatever happens to the time of day. */
  readonly now: () => number;
  /** When the run began: what changed since may have been copied in another state. Milliseconds since the epoch. */
  readonly startedAt: number;
  /** null, or what resolves when those who are told about the run have kept up with it, or it is to end. */
  readonly breathe: () => Promise<unknown> | null;
}

/** The path below the roots of a name in a directory; the empty name is the directory itself. */
export function relativePath(tree: WatchTree, directory: DirectoryNode, name: ByteString): RelativePath {
  // What has lost its place meanwhile has at least its name.
  const names = tree.pathOf(directory) ?? ['?'];
  return (name === '' ? names : [...names, name]).join('/');
}
