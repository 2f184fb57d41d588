import t from 'tap';
import { together, type PairActivity } from '../../../../../userland/src/cli/progress/activity.ts';
import { progressLine } from '../../../../../userland/src/cli/progress/line.ts';

const IDLE: PairActivity = {
  source: 'source',
  ended: false,
  ready: false,
  files: 0,
  bytes: 0,
  directories: 0,
  flights: [],
  failing: 0,
  watches: 1,
  lastChange: null,
  comparedAt: null,
};

function line(
  pairs: readonly Partial<PairActivity>[],
  bytesInFlight = 0,
  perSecond: number | null = null,
  columns = 100,
) {
  const activity = together(
    pairs.map((pair) => ({ ...IDLE, ...pair })),
    bytesInFlight,
  );
  return progressLine(activity, perSecond, columns);
}

const BIG = { directory: 'a\n', name: 'big.iso', bytes: 100e6 };

void t.test('the first synchronization', async (t) => {
  t.equal(line([{}]), 'Comparing directories');
  const busy = { files: 1234, bytes: 5e6, directories: 7, failing: 2, flights: [BIG] };
  t.equal(
    line([busy], 25e6, 10e6, 120),
    '1,234 files, 30.0 MB, 10.0 MB/s, left: 7 directories + 1 file (75.0 MB), 2 failing, a\\n/big.iso, 25 %',
  );
  t.equal(line([busy], 25e6, 10e6, 40), '1,234 files, 30.0 MB, 2 failing', 'failures are what is told last');
});

void t.test('how long it takes is said only when nothing else can turn up', async (t) => {
  t.match(line([{ flights: [BIG] }], 25e6, 10e6), /left: 1 file \(75\.0 MB\) 0:08, /);
  t.notMatch(line([{ flights: [BIG], directories: 1 }], 25e6, 10e6), /0:08/);
});

void t.test('several pairs are summed up', async (t) => {
  const pair = { files: 2, bytes: 1000, directories: 1, ready: true };
  t.match(line([pair, { ...pair, ready: false }]), /^4 files, 2\.00 kB, left: 2 directories/);
});

void t.test('a run that follows changes', async (t) => {
  const at = new Date(2026, 10, 5, 7, 8, 9).getTime();
  const pair = { ready: true, watches: 1000, files: 3 };
  t.equal(line([pair]), 'Watching source, 1,000 directories');
  const changed = { ...pair, failing: 1, lastChange: { at, path: 'a/b' }, comparedAt: at };
  t.equal(
    line([changed], 0, null, 120),
    'Watching source, 1,000 directories, 1 failing, last change Nov 5 07:08:09, a/b, all compared Nov 5 07:08:09',
  );
  t.equal(
    line([changed, { ...changed, failing: 0, comparedAt: at - 1000 }], 0, null, 80),
    'Watching 2 sources, 1 failing, last change Nov 5 07:08:09, a/b',
  );
  t.match(
    line([{ ...changed, flights: [BIG] }], 50e6, 1e6),
    /, 1 failing, 1\.00 MB\/s, a\\n\/big\.iso, 50 %/,
  );
});

void t.test('of a pair that has ended only what it has copied counts', async (t) => {
  const ended = { ended: true, failing: 3, directories: 9, flights: [BIG], files: 5, bytes: 1000 };
  t.equal(line([{ ready: true }, ended]), 'Watching source, 1 directory');
  t.equal(line([{ files: 2, bytes: 500 }, ended]), '7 files, 1.50 kB');
});
