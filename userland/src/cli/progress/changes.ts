/** Remembers, of the events of a pair, what its status line tells: the last change, and the last full comparison. */
import type { RelativePath, SyncEvent } from '../../report.ts';

export interface Change {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly path: RelativePath;
}

export class Changes {
  /** The first synchronization is complete. */
  ready = false;
  /** Since then. */
  last: Change | null = null;
  /** When everything was compared last: milliseconds since the epoch. */
  comparedAt: number | null = null;

  note(event: SyncEvent): void {
    switch (event.kind) {
      case 'ready':
        this.ready = true;
        this.comparedAt = Date.now();
        break;
      case 'audited':
        this.comparedAt = Date.now();
        break;
      case 'copied':
      case 'created-directory':
      case 'updated':
      case 'deleted':
      case 'linked':
        this.#changed(event.path);
        break;
      case 'renamed':
        this.#changed(event.to);
        break;
      default:
    }
  }

  #changed(path: RelativePath): void {
    if (this.ready) this.last = { at: Date.now(), path };
  }
}
