/**
 * The two roots, known by device and inode.
 *
 * The source is opened anew for each piece of work, so that it can be unmounted while dirsync is idle; the destination
 * stays open, for its lock. Both are checked each time: a path that leads elsewhere by now ends the run before it can
 * delete anything.
 */
import { EXIT, quote, SyncError } from '../errors.ts';
import { AT_FDCWD, isSystemError, type Addon, type ByteString, type Fd, type Stat } from '../native/addon.ts';
import type { BackupPlace } from './backup-place.ts';

/** What a directory is, whatever its name is. */
export type Identity = Pick<Stat, 'dev' | 'ino'>;

export function sameIdentity(a: Identity, b: Identity): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

export interface RootPaths {
  readonly source: ByteString;
  readonly destination: ByteString;
}

export class Roots {
  readonly paths: RootPaths;
  /** null where nothing is kept. */
  readonly backup: BackupPlace | null;
  /** -1 in a dry run whose destination does not exist. */
  readonly destination: Fd;
  readonly #addon: Addon;
  readonly #sourceIdentity: Identity;
  readonly #destinationIdentity: Identity | null;
  readonly #made: boolean;

  /** For `openRoots`, which makes the checks; `made`: there was no destination before. */
  constructor(
    addon: Addon,
    paths: RootPaths,
    source: Identity,
    destination: Fd,
    { made, backup }: { readonly made: boolean; readonly backup: BackupPlace | null },
  ) {
    this.backup = backup;
    this.#addon = addon;
    this.paths = paths;
    this.destination = destination;
    this.#sourceIdentity = source;
    this.#made = made;
    this.#destinationIdentity = destination === -1 ? null : addon.statFd(destination);
  }

  /** A new fd on the source root. Throws a SyncError when the path does not lead to it any more. */
  openSource(): Fd {
    const fd = this.#open(this.paths.source);
    try {
      if (sameIdentity(this.#addon.statFd(fd), this.#sourceIdentity)) return fd;
      throw gone('source', this.paths.source, 'it is another directory now');
    } catch (error) {
      this.#addon.close(fd);
      throw error;
    }
  }

  /** Throws a SyncError when the destination's path does not lead to it any more. */
  checkDestination(): void {
    if (this.#destinationIdentity === null) return;
    const now = this.#addon.statAt(AT_FDCWD, this.paths.destination, true);
    if (now === null) throw gone('destination', this.paths.destination, 'it is not there any more');
    if (!sameIdentity(now, this.#destinationIdentity))
      throw gone('destination', this.paths.destination, 'it is another directory now');
  }

  close(): void {
    if (this.destination !== -1) this.#addon.close(this.destination);
  }

  /** Closes them unused, and leaves nothing behind. */
  discard(): void {
    this.close();
    if (!this.#made || this.destination === -1) return;
    try {
      this.#addon.rmdirAt(AT_FDCWD, this.paths.destination);
    } catch (error) {
      // Somebody else has begun to use it.
      if (!isSystemError(error)) throw error;
    }
  }

  #open(path: ByteString): Fd {
    try {
      return this.#addon.openRoot(path);
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) throw gone('source', path, 'it is not there any more');
      throw error;
    }
  }
}

/** The end of a run whose root has gone; nothing is deleted after it. */
export function gone(side: 'source' | 'destination', path: ByteString, how: string): SyncError {
  return new SyncError(EXIT.IO, `${side.toUpperCase()}_GONE`, {
    tried: `synchronize the ${side} ${quote(path)}`,
    found: how,
    hint: 'nothing more is deleted; put it back and start dirsync again',
  });
}
