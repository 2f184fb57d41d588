/**
 * Surveys both trees as a whole: a walk in C finds the directories in which something is to be done, and watches all.
 *
 * What it finds becomes nodes and dirty entries, nothing else: those are compared again, so that a survey which is wrong
 * or out of date costs time and does no harm. An equal tree costs JavaScript one node a directory.
 */
import { reportedBits } from '../compare/directory.ts';
import { comparedBits } from '../compare/policy.ts';
import { RACY_MS } from '../apply/copy-file.ts';
import { WATCH_MASK } from '../detect/changes.ts';
import type { Watcher } from '../detect/watcher.ts';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import { isSystemError, type WalkHandle } from '../native/addon.ts';
import type { SyncContext } from './context.ts';
import { decodeFound, isLastBatch } from './found.ts';
import { Survey } from './survey.ts';

/** Steps at once: as many as there are processors on a small machine, and the event loop finds its turn. */
const PARALLEL = 2;

export class Surveyor {
  readonly #context: SyncContext;
  readonly #watcher: Watcher | null;
  readonly #onEnd: (error: unknown) => void;
  #running: WalkHandle | null = null;
  /** A survey that is to follow the one that runs. */
  #next: number | null = null;

  /** `onEnd` is called after each survey, with null or with what ends the run. */
  constructor(context: SyncContext, watcher: Watcher | null, onEnd: (error: unknown) => void) {
    this.#context = context;
    this.#watcher = watcher;
    this.#onEnd = onEnd;
  }

  /** Whether a survey is under way: nobody knows all directories then. */
  get running(): boolean {
    return this.#running !== null;
  }

  /** Surveys everything; `doubt` are hints that go with what is found. Throws when a root is gone. */
  begin(doubt: number): void {
    const { dirty, now, policy, roots, tree } = this.#context;
    if (this.#running !== null) {
      this.#next = (this.#next ?? 0) | doubt;
      return;
    }
    // What a walk cannot tell is compared directory by directory.
    const blind = policy.flat || !policy.filter.isEmpty || policy.xattrs || policy.checksum;
    this.#running = blind || roots.destination === -1 ? null : this.#start(doubt);
    if (this.#running === null) dirty.add(tree.root, SELF, HINT.SCAN | HINT.DEEP | doubt, now());
    else void this.#run(this.#running, doubt);
  }

  /** Makes a survey that runs end soon. */
  cancel(): void {
    this.#next = null;
    if (this.#running !== null) this.#context.addon.walkCancel(this.#running);
  }

  /** null when the system refuses: it may be of another mind when the root is compared, or is told of there. */
  #start(doubt: number): WalkHandle | null {
    const { roots } = this.#context;
    try {
      roots.checkDestination();
      return this.#walk(doubt);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return null;
    }
  }

  #walk(doubt: number): WalkHandle {
    const { addon, metadata, policy, roots, startedAt } = this.#context;
    const compare = comparedBits(policy);
    const source = roots.openSource();
    try {
      return addon.walkStart(source, roots.destination, {
        compare,
        report: reportedBits(compare),
        mtimeSlackNs: policy.mtimeSlackNs,
        // The records of the kernel's calls have no ctime.
        kernel: metadata.kind === 'kernel' && doubt === 0,
        attributes: !policy.sizeOnly,
        ...(doubt !== 0 && { recentSince: Math.floor((startedAt - RACY_MS) / 1000) }),
        ...(this.#watcher !== null && { inotify: this.#watcher.descriptor, mask: WATCH_MASK }),
      });
    } finally {
      addon.close(source);
    }
  }

  async #run(walk: WalkHandle, doubt: number): Promise<void> {
    const { addon, tree } = this.#context;
    const survey = new Survey(this.#context, this.#watcher, doubt);
    let end: unknown = null;
    tree.expectStrangers();
    const step = async (): Promise<void> => {
      for (;;) {
        const batch = await addon.walkStep(walk);
        decodeFound(batch, (found) => survey.add(found));
        if (isLastBatch(batch)) return;
      }
    };
    try {
      await Promise.all(Array.from({ length: PARALLEL }, step));
      survey.finish(tree.takeStrangers());
    } catch (error) {
      end = error;
    }
    this.#running = null;
    const next = this.#next;
    this.#next = null;
    try {
      if (end === null && next !== null) this.begin(next);
    } catch (error) {
      end = error;
    }
    this.#onEnd(end);
  }
}
