/** Where metadata comes from in this process: the kernel's own calls, or statx. */
import { isSystemError } from '../native/addon.ts';

export class MetadataSource {
  #kind: 'kernel' | 'statx';
  #reason: string;

  constructor(kind: 'kernel' | 'statx', reason: string) {
    this.#kind = kind;
    this.#reason = reason;
  }

  get kind(): 'kernel' | 'statx' {
    return this.#kind;
  }

  /** Why, in one line for `--version` and `--stats`. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Whether a comparison that failed with `error` is to be tried once more, now by statx: true when the kernel's calls
   * are refused though they were there, as a seccomp filter does that knows no such number. Nothing comes from them any
   * more then. Such a call has done nothing, so that the walk goes on where it was.
   */
  giveUp(error: unknown): boolean {
    if (this.#kind !== 'kernel' || !isSystemError(error, 'ENOSYS', 'EPERM')) return false;
    this.#kind = 'statx';
    this.#reason = `${error.syscall} was refused with ${error.code}, after ${this.#reason}`;
    return true;
  }
}
