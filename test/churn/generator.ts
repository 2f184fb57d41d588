/** An endless list of changes, the same for the same seed: scenarios, one after the other, against the model of the tree. */
import type { Step } from './operations.ts';
import { Random } from './random.ts';
import { type Kind, KINDS, SCENARIOS } from './scenarios/all.ts';
import { isDirectory, World } from './world.ts';

export interface GeneratorOptions {
  readonly seed: number;
  /** Operations between two comparisons, on average. */
  readonly batch: number;
  /** Processes that work at the same time. */
  readonly writers: number;
  /** What does not happen. */
  readonly without: readonly Kind[];
}

/** Entries at which removing becomes more frequent, so that a comparison stays quick. */
const MANY = 250;
/** Batches between two beginnings from nothing: a failure can be repeated from the last of them. */
const EPISODE = 8;

export class Generator {
  readonly #options: GeneratorOptions;
  readonly #random: Random;
  readonly #world: World;
  /** Each kind as often as it is to happen. */
  readonly #kinds: readonly Kind[];
  #batches = 0;

  constructor(options: GeneratorOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#world = new World(this.#random);
    const left = new Set(options.without);
    // What events cannot tell of them is made up for by one writer only (untold.ts).
    if (options.writers > 1) left.add('link');
    const kinds = KINDS.filter((kind) => !left.has(kind));
    this.#kinds = kinds.flatMap((kind) => Array.from({ length: SCENARIOS[kind].weight }, () => kind));
  }

  /** The changes up to the next comparison, which is the last step; `fresh`: they begin with an empty tree. */
  next(): { readonly steps: Step[]; readonly fresh: boolean } {
    const world = this.#world;
    const fresh = this.#batches % EPISODE === 0;
    this.#batches += 1;
    if (fresh) this.#begin();
    const length = this.#length();
    while (world.pending < length) this.#play();
    world.writer = 0;
    world.emit({ op: 'settle' });
    return { steps: world.take(), fresh };
  }

  #begin(): void {
    const world = this.#world;
    world.writer = 0;
    world.emit({ op: 'wipe', path: 'source' });
    world.emit({ op: 'wipe', path: 'outside' });
    // A single writer goes on in the same moment; with others, who may be faster, the model would be wrong for long.
    if (this.#options.writers > 1) world.emit({ op: 'settle' });
  }

  /** Now and then only a handful, which the syncer meets while it is idle. */
  #length(): number {
    const { batch } = this.#options;
    return 1 + this.#random.below(this.#random.oneIn(4) ? Math.ceil(batch / 20) : 2 * batch);
  }

  #play(): void {
    const random = this.#random;
    const world = this.#world;
    world.writer = random.below(this.#options.writers);
    const source = world.model.find('source');
    if (source !== undefined && isDirectory(source) && random.oneIn(10) && world.model.count(source) > MANY) {
      const victim = world.subdirectory() ?? world.entry();
      if (victim !== undefined) world.emit({ op: 'remove', path: victim.path });
    }
    SCENARIOS[random.pick(this.#kinds)].play(world);
    if (random.oneIn(60)) world.emit({ op: 'pause', us: random.below(2000) });
    if (random.oneIn(1000)) world.emit({ op: 'pause', us: random.below(30_000) });
  }
}
