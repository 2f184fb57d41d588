/** What every source of Linux answers, and the one shape in which the cache keeps it. */

export type Origin = 'kernel.org' | 'debian' | 'local';

/** An unpacked, pristine Linux tree in the cache, shared by all builds: read it, never write to it. */
export interface KernelSource {
  readonly origin: Origin;
  /** As in its Makefile, e.g. `6.1.192`. */
  readonly version: string;
  /** Hex digest of the tarball, or of a local tree's listing, see `hashOf`. */
  readonly sha256: string;
  readonly hashOf: 'tarball' | 'tree listing';
  /** Where it came from: a URL, a package with its version, or a path. */
  readonly from: string;
  /** Absolute path of the tree. */
  readonly tree: string;
}

/** The part of a source that is written beside its tree as `source.json`: the path is where it is found. */
export type SourceRecord = Omit<KernelSource, 'tree'>;
