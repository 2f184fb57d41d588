import t from 'tap';
import { consoleSink } from '../../../../userland/src/cli/console-sink.ts';
import { FILE_TYPE } from '../../../../userland/src/native/addon.ts';
import type { SyncEvent } from '../../../../userland/src/report.ts';

const ITEM = { type: FILE_TYPE.REGULAR, diff: 0 };

const EVENTS: readonly SyncEvent[] = [
  { kind: 'watching', path: '', wd: 1 },
  { kind: 'copied', path: 'first', bytes: 1, item: ITEM },
  { kind: 'ready' },
  { kind: 'event', name: 'file1.txt', directory: '' },
  { kind: 'copied', path: 'file1.txt', bytes: 6, item: ITEM },
  { kind: 'created-directory', path: 'sub' },
  { kind: 'watching', path: 'sub', wd: 2 },
  { kind: 'event', name: 'new\nline', directory: 'sub' },
  { kind: 'renamed', from: 'a', to: 'sub/b' },
  { kind: 'updated', path: '', item: ITEM },
  { kind: 'deleted', path: 'sub/\xff', entries: 3, kept: false },
  { kind: 'failed', path: 'x', reason: 'no space', retryMs: 100 },
  { kind: 'failed', path: 'y', reason: 'no space', retryMs: null },
  { kind: 'recovered', path: 'x' },
  { kind: 'warning', text: 'careful' },
];

function lines(verbosity: 'quiet' | 'normal' | 'verbose', source = 'source') {
  const out: string[] = [];
  const err: string[] = [];
  const sink = consoleSink({
    roots: { source, destination: 'destination/' },
    verbosity,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  for (const event of EVENTS) sink.emit(event);
  return { out, err };
}

const NORMAL = [
  'Watching: source (wd: 1)',
  'Watching directory: source. Press Ctrl+C to stop.',
  'Event: file1.txt in source',
  'Copied: source/file1.txt -> destination/file1.txt',
  'Created directory: destination/sub',
  'Watching: source/sub (wd: 2)',
  'Event: new\\nline in source/sub',
  'Renamed: destination/a -> destination/sub/b',
  'Updated: destination',
  'Deleted: destination/sub/\\xff',
];

void t.test('the seeds’ lines, and ours in their style', async (t) => {
  t.strictSame(lines('normal').out, NORMAL);
  t.strictSame(lines('verbose').out, [
    NORMAL[0],
    'Copied: source/first -> destination/first',
    ...NORMAL.slice(1),
  ]);
  t.strictSame(lines('quiet').out, []);
});

void t.test('complaints go to stderr, however quiet', async (t) => {
  const complaints = [
    'dirsync: synchronize source/x to destination/x: no space; trying again in 0.1 s',
    'dirsync: synchronize source/y to destination/y: no space; given up',
    'dirsync: synchronize source/x to destination/x: done now',
    'dirsync: careful',
  ];
  for (const verbosity of ['quiet', 'normal', 'verbose'] as const)
    t.strictSame(lines(verbosity).err, complaints, verbosity);
});

void t.test('roots are shown as typed, but for slashes at the end', async (t) => {
  t.equal(lines('normal', './a//').out[0], 'Watching: ./a (wd: 1)');
  t.equal(lines('normal', '/').out[0], 'Watching: / (wd: 1)');
  t.equal(lines('normal', '/').out[3], 'Copied: /file1.txt -> destination/file1.txt');
});
