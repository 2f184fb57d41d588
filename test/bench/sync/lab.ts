/** What every measurement is given. */
import type { Observer } from './observer.ts';
import type { Follower, OneShot } from './peers.ts';
import type { Report } from './samples.ts';

export interface Lab {
  /** A folder of its own on the disk that is measured. */
  readonly dir: string;
  readonly rounds: number;
  readonly observer: Observer;
  /** The arms that are here, dirsync first. */
  readonly oneShots: readonly OneShot[];
  readonly followers: readonly Follower[];
  readonly report: Report;
  /** A full size, cut down by `--scale`; 1 at least. */
  readonly size: (full: number) => number;
}
