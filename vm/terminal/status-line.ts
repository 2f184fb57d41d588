/** The one line that says what a run is doing and what it waits for, from the events so far. */
import type { HarnessEvent, RecordedEvent } from '../events.ts';

interface Waiting {
  readonly what: string;
  /** Milliseconds of the clock that `text` is asked with. */
  readonly since: number;
  readonly limitMs?: number;
}

/** Folds events into what is under way. Times are in milliseconds since the Unix epoch, as they are recorded. */
export class StatusLine {
  readonly #stages = new Map<string, Waiting>();
  /** By guest: what it does for its whole life, and the calls that it has not answered, the newest last. */
  readonly #guests = new Map<string, { readonly phase: Waiting; readonly calls: Map<number, Waiting> }>();
  #files: { readonly done: number; readonly of: number; readonly round: string } | undefined;
  #passed = 0;
  #failed = 0;

  take(
    event: HarnessEvent & Partial<Pick<RecordedEvent, 'time' | 'from'>>,
    now = event.time ?? Date.now(),
  ): void {
    switch (event.kind) {
      case 'stage.begin':
        this.#stages.set(event.stage, { what: `${event.stage} ${event.detail}`, since: now });
        break;
      case 'stage.progress': {
        const since = this.#stages.get(event.stage)?.since ?? now;
        this.#stages.set(event.stage, { what: `${event.stage} ${amount(event)}`, since });
        break;
      }
      case 'stage.end':
        this.#stages.delete(event.stage);
        break;
      case 'tests.begin': {
        const { round, rounds } = event;
        const of = rounds === undefined ? '' : ` of ${rounds}`;
        const single = round === 1 && rounds === 1;
        this.#files = { done: 0, of: event.files.length, round: single ? '' : `, round ${round}${of}` };
        break;
      }
      case 'test.point':
        if (event.ok) this.#passed += 1;
        else this.#failed += 1;
        break;
      case 'file.end':
        if (this.#files) this.#files = { ...this.#files, done: this.#files.done + 1 };
        break;
      case 'vm.start': {
        const limit = event.bootMs === undefined ? {} : { limitMs: event.bootMs };
        this.#guests.set(event.vm, { phase: { what: 'booting', since: now, ...limit }, calls: new Map() });
        break;
      }
      case 'vm.ready':
        // Without tests the guest belongs to the person at the terminal, and so does the terminal's last line.
        if (this.#files === undefined) this.#guests.delete(event.vm);
        else this.#guests.set(event.vm, { phase: { what: 'idle', since: now }, calls: new Map() });
        break;
      case 'vm.call':
        this.#guests.get(event.vm)?.calls.set(event.call, { what: event.what, since: now });
        break;
      case 'vm.return':
        this.#guests.get(event.vm)?.calls.delete(event.call);
        break;
      case 'vm.end':
        this.#guests.delete(event.vm);
        break;
      case 'run.end':
        this.#stages.clear();
        this.#guests.clear();
        this.#files = undefined;
        break;
      default:
    }
  }

  /** The line, as wide as it comes; empty when nothing is under way. */
  text(now: number): string {
    const parts = [...this.#stages.values()].map((stage) => waiting(stage, now));
    if (this.#files !== undefined) {
      const { done, of, round } = this.#files;
      const failed = this.#failed > 0 ? `, ${this.#failed} FAILED` : '';
      parts.push(`test ${done}/${of} files${round}, ${this.#passed} passed${failed}`);
    }
    for (const [vm, { phase, calls }] of this.#guests) {
      parts.push(`${vm}: ${waiting([...calls.values()].at(-1) ?? phase, now)}`);
    }
    return parts.join(' · ');
  }
}

/** `booting 3.1 s of at most 30 s`: the time only once it is long enough to be wondered about. */
function waiting({ what, since, limitMs }: Waiting, now: number): string {
  const elapsed = now - since;
  const limit = limitMs === undefined ? '' : ` of at most ${(limitMs / 1000).toFixed(0)} s`;
  return elapsed < 1000 && limit === '' ? what : `${what} ${(elapsed / 1000).toFixed(1)} s${limit}`;
}

/** `12.3/128.0 MB (9 %)`, `1200/1843 (65 %) CC fs/inode.o`, and the like. */
export function amount(event: Extract<HarnessEvent, { kind: 'stage.progress' }>): string {
  const scale = event.unit === 'bytes' ? 1e6 : 1;
  const digits = event.unit === 'bytes' ? 1 : 0;
  const of = event.total === undefined ? '' : `/${(event.total / scale).toFixed(digits)}`;
  const unit = { bytes: ' MB', files: ' files', steps: '' }[event.unit];
  const percent = event.total ? ` (${Math.min(100, Math.floor((100 * event.done) / event.total))} %)` : '';
  return `${(event.done / scale).toFixed(digits)}${of}${unit}${percent} ${event.detail ?? ''}`.trimEnd();
}
