/** A live syncer in a place of its own, the changes that are made below its eyes, and the comparison when it is idle. */
import { formatScript, type Step } from './operations.ts';
import type { Place, Running } from './place.ts';
import type { Kind } from './scenarios/all.ts';
import { Untold } from './untold.ts';

export interface SessionOptions {
  /** Options of the syncer. */
  readonly syncerOptions: readonly string[];
  /** What the oracle compares beside what it always does. */
  readonly scope: readonly ('--links' | '--xattrs')[];
  /** Milliseconds in which the destination has to become equal, and be left alone. */
  readonly limitMs: number;
}

/** What has to be asked of the syncer, and of the oracle, when some kinds of change do not happen. */
export function sessionScope(without: readonly Kind[]): Pick<SessionOptions, 'syncerOptions' | 'scope'> {
  const xattrs = without.includes('xattr') ? [] : (['--xattrs'] as const);
  const links = without.includes('link') ? [] : (['--links'] as const);
  return { syncerOptions: xattrs, scope: [...xattrs, ...links] };
}

/** What went wrong, for a person. */
export type Divergence = string;

export interface SessionCounts {
  operations: number;
  /** Operations that Linux refused, as it may. */
  refused: number;
  comparisons: number;
}

/** Milliseconds in which nothing is touched any more: more than the syncer puts anything off that was no failure. */
const STILL_MS = 120;

export class Session {
  readonly counts: SessionCounts = { operations: 0, refused: 0, comparisons: 0 };
  readonly #place: Place;
  readonly #options: SessionOptions;
  readonly #syncer: Running;
  readonly #untold = new Untold();

  private constructor(place: Place, options: SessionOptions, syncer: Running) {
    this.#place = place;
    this.#options = options;
    this.#syncer = syncer;
  }

  /** Starts the syncer and waits until it watches. The place is removed with the session. */
  static async start(place: Place, options: SessionOptions): Promise<Session> {
    const syncer = await place.startSyncer(options.syncerOptions);
    await syncer.output(/^Watching directory: /m);
    return new Session(place, options, syncer);
  }

  /** Makes the changes; waits and compares at each `settle`, and at the end. Returns the first divergence. */
  async play(steps: readonly Step[]): Promise<Divergence | undefined> {
    let from = 0;
    while (from < steps.length) {
      const settle = steps.findIndex(({ op }, index) => index >= from && op === 'settle');
      const to = settle === -1 ? steps.length : settle;
      const divergence = await this.#burst(steps.slice(from, to));
      if (divergence !== undefined) return divergence;
      from = to + 1;
    }
    return undefined;
  }

  /** Ends the syncer as Ctrl+C does; a divergence if it does not end well. */
  async end(): Promise<Divergence | undefined> {
    const exit = this.#syncer.exit ?? (await this.#syncer.interrupt());
    return exit === 0 ? undefined : this.#ended(exit);
  }

  async #burst(steps: readonly Step[]): Promise<Divergence | undefined> {
    const { code, stdout, stderr } = await this.#place.run(
      ['churn'],
      formatScript(this.#untold.complete(steps)),
    );
    if (code !== 0) throw new Error(`the interpreter failed: ${stderr}`);
    const { operations, failed } = JSON.parse(stdout) as { operations: number; failed: number };
    this.counts.operations += operations;
    this.counts.refused += failed;
    return this.#settle();
  }

  async #settle(): Promise<Divergence | undefined> {
    const { limitMs, scope } = this.#options;
    const waiting = ['--wait', String(limitMs), '--still', String(STILL_MS)];
    const argv = ['treecmp', '--holes', '--roots', ...scope, ...waiting, 'source', 'destination'] as const;
    const { code, stdout, stderr } = await this.#place.run(argv);
    this.counts.comparisons += 1;
    if (this.#syncer.exit !== null) return this.#ended(this.#syncer.exit);
    if (code === 0) return undefined;
    if (code !== 1) throw new Error(`the oracle failed: ${stderr}`);
    return `${stdout}the syncer said last:\n${this.#syncer.tail()}`;
  }

  #ended(exit: number | string): Divergence {
    return `the syncer ended (${exit}) and said last:\n${this.#syncer.tail()}`;
  }
}
