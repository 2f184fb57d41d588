/** The tree and its changes of workload.ts between two roots, a syncer that is interrupted, and what is looked at then. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import type { Test } from 'tap';
import { FILE_SYSTEMS, Lab } from '../syncer.ts';
import { compareTrees, snapshot, type TreeSnapshot } from '../tree.ts';
import { CallFaults, type Counted } from './call-faults.ts';
import { EVERY_CALL } from './points.ts';
import { leftovers, notWhole, type WholeOptions } from './whole.ts';
import { makeTree } from './workload.ts';

/** On every file system only in a sweep over every call. */
export const SWEPT_FILE_SYSTEMS = EVERY_CALL ? FILE_SYSTEMS : FILE_SYSTEMS.slice(-1);

export class Sweep {
  readonly lab: Lab;
  readonly faults: CallFaults;
  readonly before: TreeSnapshot;
  /** Whether any run was interrupted while a file was unfinished. */
  sawUnfinished = false;
  readonly #old: string;

  /** `side`: where calls are counted. */
  constructor(t: Test, base: string, side: 'destination' | 'both', counted: Counted) {
    this.lab = new Lab(t, base);
    this.#old = join(this.lab.dir, 'old');
    mkdirSync(this.#old);
    makeTree(this.#old);
    this.before = snapshot(this.#old);
    mkdirSync(this.lab.destination);
    this.faults = new CallFaults(t, side === 'both' ? this.lab.dir : this.lab.destination, counted);
  }

  /** Makes one of the roots what it was at first. */
  reset(root: string): void {
    execaSync('rm', ['-rf', root]);
    execaSync('cp', ['-a', this.#old, root]);
  }

  /** Looks at what an interrupted run has left. */
  checkWhole(t: Test, options?: WholeOptions): void {
    const found = snapshot(this.lab.destination);
    t.strictSame(notWhole(this.before, snapshot(this.lab.source), found, options), [], 'all is whole');
    this.sawUnfinished ||= leftovers(found).length > 0;
  }

  /** Looks at what a run to the end has made of it. */
  checkEqual(t: Test): void {
    t.strictSame(leftovers(snapshot(this.lab.destination)), [], 'no unfinished file is left');
    t.strictSame(compareTrees(this.lab.source, this.lab.destination), [], 'the trees are equal');
  }
}
