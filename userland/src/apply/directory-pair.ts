/**
 * A directory open on both sides, shared by all steps in it; when the last of them is done, the directory itself gets
 * its attributes. That is the one moment for its mtime, which each step has changed.
 */
import { DIFF_XATTRS, sameMtime } from '../compare/difference.ts';
import { DIFF } from '../metadata/records.ts';
import { XATTRS, type Addon, type Fd } from '../native/addon.ts';
import type { RelativePath } from '../report.ts';
import type { ExecutorContext } from './executor.ts';

type AttributeContext = Pick<ExecutorContext, 'policy' | 'fsync' | 'onXattrsRefused'>;

export class DirectoryPair {
  readonly source: Fd;
  /** -1 when it does not exist, in a dry run. */
  readonly destination: Fd;
  /** Below the roots, when it was opened. */
  readonly path: RelativePath;
  readonly #addon: Addon;
  readonly #onIdle: (pair: DirectoryPair) => void;
  #users = 1;
  #writable = false;

  /** Takes both fds over. `onIdle` is called once, when nobody uses the pair any more and before it is closed. */
  constructor(
    addon: Addon,
    fds: { readonly source: Fd; readonly destination: Fd },
    path: RelativePath,
    onIdle: (pair: DirectoryPair) => void,
  ) {
    this.#addon = addon;
    this.source = fds.source;
    this.destination = fds.destination;
    this.path = path;
    this.#onIdle = onIdle;
  }

  retain(): void {
    this.#users += 1;
  }

  release(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    try {
      this.#onIdle(this);
    } finally {
      this.#addon.close(this.source);
      if (this.destination !== -1) this.#addon.close(this.destination);
    }
  }

  /** Lets entries be made in a destination directory that the source has as, say, 0555. */
  makeWritable(): void {
    if (this.#writable) return;
    this.#writable = true;
    const { mode } = this.#addon.statFd(this.destination);
    if ((mode & 0o300) !== 0o300) this.#addon.chmodFd(this.destination, mode | 0o700);
  }

  /** Makes the destination directory's own attributes equal to the source's; returns the bits of those that were not, but for mtime. */
  copyAttributes({ policy, fsync, onXattrsRefused }: AttributeContext): number {
    if (this.destination === -1 || policy.sizeOnly) return 0;
    const wanted = this.#addon.statFd(this.source);
    const found = this.#addon.statFd(this.destination);
    let changed = 0;
    if (policy.owner && (wanted.uid !== found.uid || wanted.gid !== found.gid)) {
      this.#addon.chownFd(this.destination, wanted.uid, wanted.gid);
      changed |= DIFF.OWNER;
    }
    if (policy.xattrs) {
      const bits = this.#addon.copyXattrs(this.source, '.', this.destination, '.');
      if ((bits & XATTRS.CHANGED) !== 0) changed |= DIFF_XATTRS;
      if ((bits & XATTRS.REFUSED) !== 0) onXattrsRefused();
    }
    if (wanted.mode !== found.mode || changed !== 0) {
      // After chown, which clears setuid and setgid, and after ACLs, which set the mode.
      this.#addon.chmodFd(this.destination, wanted.mode);
      if (wanted.mode !== found.mode) changed |= DIFF.MODE;
    }
    const moved = !sameMtime(wanted, found, policy.mtimeSlackNs);
    if (moved) this.#addon.utimesFd(this.destination, wanted.mtimeSec, wanted.mtimeNsec);
    if (fsync && (changed !== 0 || moved)) this.#addon.fsync(this.destination);
    return changed;
  }
}
