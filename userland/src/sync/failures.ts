/** What happens to an entry that could not be made equal: put off, tried again with back-off, or given up. */
import { describeError, EntryError } from '../errors.ts';
import type { DirectoryNode } from '../detect/watch-tree.ts';
import { isSystemError, type ByteString } from '../native/addon.ts';
import { relativePath, type SyncContext } from './context.ts';

/**
 * Errors that an entry gives when it changes under our hands; a second look usually finds it in order. EINVAL and ENXIO
 * are what opening a file says that has become a directory or a socket meanwhile.
 */
const IN_MOTION = ['ENOENT', 'EEXIST', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENOTEMPTY', 'EINVAL', 'ENXIO'];

/** Second looks before it counts as a failure. */
const PATIENCE = 8;

/** Tries of a run that has an end: one more after everything else, for deletions may have made room. */
const TRIES_ONCE = 2;

type FailureContext = Pick<SyncContext, 'dirty' | 'now' | 'once' | 'signal' | 'sink' | 'tree'>;

export class Failures {
  readonly #context: FailureContext;
  readonly #givenUp = new Map<DirectoryNode, Set<ByteString>>();

  constructor(context: FailureContext) {
    this.#context = context;
  }

  /** Entries that this run will not try again. */
  get givenUp(): number {
    let count = 0;
    for (const names of this.#givenUp.values()) count += names.size;
    return count;
  }

  /** Puts an entry off until `due` at the earliest, longer and longer if that happens again and again. */
  putOff(directory: DirectoryNode, name: ByteString, hints: number, due: number): void {
    const { dirty, now, once } = this.#context;
    const { waits } = dirty.history(directory, name);
    if (once && waits >= PATIENCE) {
      this.#giveUp(directory, name, 'it keeps changing');
      return;
    }
    dirty.postpone(directory, name, hints, Math.max(due, now() + waitTime(waits)));
  }

  /** Notes a failure. Throws what is no failure of an entry but a bug or the end of the run. */
  failed(directory: DirectoryNode, name: ByteString, hints: number, error: unknown): void {
    const { dirty, now, once, signal, sink, tree } = this.#context;
    // What is cancelled at the end of the run has not failed.
    if (signal.aborted || isSystemError(error, 'ECANCELED')) return;
    if (!isSystemError(error) && !(error instanceof EntryError)) throw error;
    const history = dirty.history(directory, name);
    if (isSystemError(error, ...IN_MOTION) && history.waits < PATIENCE) {
      this.putOff(directory, name, hints, now());
      return;
    }
    if (once && history.failures + 1 >= TRIES_ONCE) {
      this.#giveUp(directory, name, describeError(error));
      return;
    }
    const retryMs = dirty.fail(directory, name, hints, now());
    if (history.failures > 1 || once) return;
    const path = relativePath(tree, directory, name);
    sink.emit({ kind: 'failed', path, reason: describeError(error), retryMs });
  }

  /** The entry is in order. */
  settled(directory: DirectoryNode, name: ByteString): void {
    const { dirty, once, sink, tree } = this.#context;
    this.#givenUp.get(directory)?.delete(name);
    if (dirty.settle(directory, name) && !once)
      sink.emit({ kind: 'recovered', path: relativePath(tree, directory, name) });
  }

  #giveUp(directory: DirectoryNode, name: ByteString, reason: string): void {
    const { dirty, sink, tree } = this.#context;
    dirty.settle(directory, name);
    let names = this.#givenUp.get(directory);
    if (names === undefined) this.#givenUp.set(directory, (names = new Set()));
    // A directory gets its attributes after each piece of work in it, and would be told of each time.
    if (names.has(name)) return;
    names.add(name);
    sink.emit({ kind: 'failed', path: relativePath(tree, directory, name), reason, retryMs: null });
  }
}

/** Milliseconds: none at first, then doubling up to a second, so that an entry in constant change costs little. */
function waitTime(waits: number): number {
  return waits < 3 ? 0 : Math.min(1000, 20 * 2 ** Math.min(waits - 3, 6));
}
