/** Measurements of every arm, as `vm:bench metadata` makes them, with costs that are easy to recognise. */
import { ARMS, armOf } from '../../../../../vm/bench/metadata/arms.ts';
import type { Results } from '../../../../../vm/bench/metadata/measure.ts';
import { FILE_SYSTEMS, type Measurement } from '../../../../../vm/bench/metadata/measurement.ts';

const COSTS: Readonly<Record<string, number>> = {
  diff: 1000,
  list: 800,
  'join-cwd': 3500,
  dirsync_stat: 1500,
};

const CALIBRATION = { loop: 2000, rep_movsb: 1000, rep_movsq: 1000, clock: 68 };

const GUEST = {
  kernel: '6.1.192-dirsync',
  processor: 'QEMU Virtual CPU',
  flags: ['fpu', 'rep_good'],
  calibration: CALIBRATION,
};

function measured(fileSystem: (typeof FILE_SYSTEMS)[number], entries: number): Measurement[] {
  return ARMS.flatMap(({ id }) =>
    (armOf(id).kind === 'join' ? [0, 1, 10, 100] : [0]).map((changed) => ({
      unit: 'instructions' as const,
      fileSystem,
      arm: id,
      entries,
      changed,
      rounds: 1,
      ns: [(COSTS[id] ?? 4000) * entries],
    })),
  );
}

export const RESULTS: Results = {
  guests: [
    { unit: 'instructions', ...GUEST },
    { unit: 'ns', ...GUEST },
  ],
  absent: [],
  measured: FILE_SYSTEMS.flatMap((fileSystem) =>
    [10, 10_000].flatMap((entries) => {
      const counted = measured(fileSystem, entries);
      return counted.concat(counted.map((one) => Object.assign({}, one, { unit: 'ns' as const })));
    }),
  ),
};
