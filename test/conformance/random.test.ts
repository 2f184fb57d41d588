/** Continuous mode against long bursts of random changes, which nobody would think of writing down. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import t from 'tap';
import { AT_FDCWD, RENAME } from '../../userland/src/native/addon.ts';
import { loadAddon } from '../../userland/src/native/load.ts';
import { SEED } from '../helpers/seed.ts';
import { FILE_SYSTEMS, Lab } from '../helpers/syncer.ts';

const ROUNDS = 12;
const CHANGES = 150;

/** Mulberry32: small, and the same sequence everywhere, so that a failing seed can be run again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One random change below `source`; `outside` is where things are moved from and to. */
function change(source: string, outside: string, random: (below: number) => number): void {
  const place = (): string => {
    const depth = 1 + random(3);
    return join(source, ...Array.from({ length: depth }, () => 'abc'[random(3)] as string));
  };
  const path = place();
  const other = random(8) === 0 ? join(outside, `${random(4)}`) : place();
  const changes = [
    () => mkdirSync(path, { recursive: true }),
    () => mkdirSync(path, { recursive: true }),
    () => writeFileSync(path, `${random(1000)}`.repeat(random(50))),
    () => writeFileSync(join(path, 'file'), `${random(1000)}`),
    () => appendFileSync(path, 'more'),
    () => truncateSync(path, random(5)),
    () => renameSync(path, other),
    () => renameSync(path, other),
    () => renameSync(other, path),
    () => loadAddon().renameAt(AT_FDCWD, path, AT_FDCWD, other, RENAME.EXCHANGE),
    () => linkSync(path, other),
    () => linkSync(other, path),
    () => symlinkSync('abc'[random(3)] as string, path),
    () => chmodSync(path, 0o700 + random(64)),
    () => rmSync(path, { recursive: random(2) === 0 }),
  ];
  try {
    changes[random(changes.length)]?.();
  } catch (error) {
    // Most random changes make no sense: what is missing cannot be renamed.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

for (const [at, base] of FILE_SYSTEMS.entries()) {
  void t.test(`random changes on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const outside = join(lab.dir, 'outside');
    mkdirSync(outside);
    const live = await lab.watch(t);
    for (let round = 0; round < ROUNDS; round += 1) {
      const seed = SEED + at * ROUNDS + round;
      const random = randomNumbers(seed);
      for (let count = 0; count < CHANGES; count += 1) {
        change(lab.source, outside, random);
        // Now in one go, now with time for the syncer to get between.
        if (random(10) === 0) await nextTick();
      }
      t.ok(existsSync(lab.source));
      t.strictSame(await live.settled(), [], `seed ${seed}`);
    }
    const { code, stderr } = await live.stop();
    t.equal(stderr, '');
    t.equal(code, 0);
  });
}
