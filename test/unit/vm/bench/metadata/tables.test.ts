import t from 'tap';
import type { Measurement } from '../../../../../vm/bench/metadata/measurement.ts';
import { costTables, figureOf, markdownTable, ratioTable } from '../../../../../vm/bench/metadata/tables.ts';

const TMPFS = { unit: 'instructions', fileSystem: 'tmpfs' } as const;

/** A measurement of `cost` a file. */
function measured(arm: string, entries: number, changed: number, cost: number): Measurement {
  return { ...TMPFS, arm, entries, changed, rounds: 2, ns: [2 * entries * cost] };
}

const ALL: readonly Measurement[] = [
  measured('stat', 10, 0, 1500),
  measured('dirsync_stat', 10, 0, 1000),
  measured('join-newfstatat', 10, 0, 3600),
  measured('join-cwd', 10, 0, 3000),
  measured('diff', 10, 0, 750),
  measured('join-cwd', 1000, 0, 3200),
  measured('diff', 1000, 0, 800),
  measured('join-cwd', 1000, 1, 4000),
  measured('diff', 1000, 1, 3000),
];

void t.test('one figure of many', async (t) => {
  t.equal(figureOf(ALL, { ...TMPFS, arm: 'diff', entries: 1000, changed: 1 }), 3000);
  t.equal(figureOf(ALL, { ...TMPFS, fileSystem: 'ext4', arm: 'diff', entries: 1000, changed: 1 }), undefined);
});

void t.test('costs: a row an arm and share, a column a size, a gap where nothing was measured', async (t) => {
  const [one, two, three, ...more] = costTables([...ALL, measured('addon-kernel', 10, 0, 1200)], TMPFS);
  t.strictSame(one, {
    title: 'One directory, instructions a file, tmpfs',
    rows: [
      ['', '10 files', '1,000 files'],
      ['stat', '1,500', ''],
      ['dirsync_stat (451)', '1,000', ''],
    ],
  });
  t.strictSame(two?.rows, [
    ['', 'changed', '10 files', '1,000 files'],
    ['getdents64 + 2 newfstatat', '0 %', '3,600', ''],
    ['getdents64 + lstat + newfstatat', '0 %', '3,000', '3,200'],
    ['dirsync_diff', '0 %', '750', '800'],
    ['getdents64 + lstat + newfstatat', '1 %', '', '4,000'],
    ['dirsync_diff', '1 %', '', '3,000'],
  ]);
  t.strictSame(three?.rows, [
    ['', '10 files', '1,000 files'],
    ["the syncer's addon, dirsync_diff", '1,200', ''],
  ]);
  t.strictSame(more, []);
});

void t.test('ratios are to the best of the others', async (t) => {
  t.strictSame(ratioTable(ALL, TMPFS).rows, [
    ['', 'changed', '10 files', '1,000 files'],
    ['stat : dirsync_stat', '0 %', '1.50x', ''],
    ['best C join : dirsync_diff', '0 %', '4.00x', '4.00x'],
    ['best C join : dirsync_diff', '1 %', '', '1.33x'],
  ]);
});

void t.test('a table in Markdown', async (t) => {
  const rows = [
    ['', '10 files'],
    ['stat', '1,500'],
  ];
  t.equal(markdownTable({ title: 'left out', rows }), '|  | 10 files |\n| --- | --: |\n| stat | 1,500 |');
});
