/** What the engine does about directories that the kernel grants no watch for: says so, and compares them by the clock. */
import { readFileSync } from 'node:fs';
import { HINT, SELF } from '../dirty/dirty-set.ts';
import type { SyncContext } from './context.ts';

/** Milliseconds between two comparisons of a directory without a watch. */
const RESCAN_MS = 10_000;

const LIMIT_SYSCTL = '/proc/sys/fs/inotify/max_user_watches';

export class Degraded {
  readonly #context: SyncContext;
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | null = null;
  #told = false;

  constructor(context: SyncContext, wake: () => void) {
    this.#context = context;
    this.#wake = wake;
  }

  /** To be called when the kernel has refused a watch; a second call does nothing. */
  begin(): void {
    this.#timer ??= setInterval(() => this.#rescan(), RESCAN_MS);
  }

  /** Says once, when all directories are known, what was refused and what would be enough. */
  tell(): void {
    if (this.#timer === null || this.#told) return;
    this.#told = true;
    const { sink, tree } = this.#context;
    let all = 0;
    let unwatched = 0;
    for (const node of tree.nodes()) {
      all += 1;
      if (node.wd === 0) unwatched += 1;
    }
    const needed = currentLimit() + unwatched;
    sink.emit({
      kind: 'warning',
      text:
        `watch ${all} directories: the kernel refused ${unwatched} of them (fs.inotify.max_user_watches is used up), ` +
        `which are compared every ${RESCAN_MS / 1000} s instead; ` +
        `for all: sysctl fs.inotify.max_user_watches=${needed}`,
    });
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #rescan(): void {
    const { dirty, now, tree } = this.#context;
    for (const node of tree.nodes()) if (node.wd === 0) dirty.add(node, SELF, HINT.SCAN, now());
    this.tell();
    this.#wake();
  }
}

/** The sysctl's value; 0 when it cannot be read. */
function currentLimit(): number {
  try {
    return Number.parseInt(readFileSync(LIMIT_SYSCTL, 'utf8'), 10);
  } catch {
    return 0;
  }
}
