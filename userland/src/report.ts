/** Everything that a run tells, as data: one stream of events, and only a sink decides what a person sees of them. */
import type { ByteString, FileType } from './native/addon.ts';

/** A path below the roots: names joined with `/`; empty for the roots themselves. */
export type RelativePath = ByteString;

/** The path of an entry of a directory. */
export function joinPath(directory: RelativePath, name: ByteString): RelativePath {
  return directory === '' ? name : `${directory}/${name}`;
}

/** What an entry is, and in which bits of `DIFF` the destination differed. */
export interface Item {
  readonly type: FileType;
  readonly diff: number;
}

export type SyncEvent =
  | { readonly kind: 'watching'; readonly path: RelativePath; readonly wd: number }
  /** All watches are set up and the first full comparison is complete. */
  | { readonly kind: 'ready' }
  /** A further full comparison is complete (`--audit`). */
  | { readonly kind: 'audited' }
  | { readonly kind: 'event'; readonly name: ByteString; readonly directory: RelativePath }
  /** A file, symlink, FIFO, socket or device was written; `bytes` of data were moved. */
  | { readonly kind: 'copied'; readonly path: RelativePath; readonly bytes: number; readonly item: Item }
  | { readonly kind: 'created-directory'; readonly path: RelativePath }
  | { readonly kind: 'updated'; readonly path: RelativePath; readonly item: Item }
  /** A name became one more name of the file that `target` names, too. */
  | { readonly kind: 'linked'; readonly path: RelativePath; readonly target: RelativePath }
  /** `entries` counts all that was below, too; `kept`: the directory itself stays, with what is excluded in it. */
  | {
      readonly kind: 'deleted';
      readonly path: RelativePath;
      readonly entries: number;
      readonly kept: boolean;
    }
  /** What was at `path` before it is replaced or deleted is kept; `to` is below the directory of `--backup-dir`. */
  | { readonly kind: 'backed-up'; readonly path: RelativePath; readonly to: RelativePath }
  | { readonly kind: 'renamed'; readonly from: RelativePath; readonly to: RelativePath }
  /** `retryMs` is null when it is given up. */
  | {
      readonly kind: 'failed';
      readonly path: RelativePath;
      readonly reason: string;
      readonly retryMs: number | null;
    }
  | { readonly kind: 'recovered'; readonly path: RelativePath }
  | { readonly kind: 'warning'; readonly text: string };

export interface SyncSink {
  emit(event: SyncEvent): void;
}

/** What a run did, for `--stats`. */
export interface Totals {
  copied: number;
  bytes: number;
  createdDirectories: number;
  updated: number;
  deleted: number;
  renamed: number;
  linked: number;
  failures: number;
}

/** A sink that passes everything on and counts it. */
export function countingSink(next: SyncSink): SyncSink & { readonly totals: Readonly<Totals> } {
  const totals: Totals = {
    copied: 0,
    bytes: 0,
    createdDirectories: 0,
    updated: 0,
    deleted: 0,
    renamed: 0,
    linked: 0,
    failures: 0,
  };
  return {
    totals,
    emit(event) {
      count(totals, event);
      next.emit(event);
    },
  };
}

function count(totals: Totals, event: SyncEvent): void {
  if (event.kind === 'copied') {
    totals.copied += 1;
    totals.bytes += event.bytes;
  } else if (event.kind === 'created-directory') totals.createdDirectories += 1;
  else if (event.kind === 'updated') totals.updated += 1;
  else if (event.kind === 'deleted') totals.deleted += event.entries;
  else if (event.kind === 'renamed') totals.renamed += 1;
  else if (event.kind === 'linked') totals.linked += 1;
  else if (event.kind === 'failed') totals.failures += 1;
}
