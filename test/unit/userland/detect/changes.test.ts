import * as fc from 'fast-check';
import t from 'tap';
import { ChangeReader, type Change } from '../../../../userland/src/detect/changes.ts';
import { WatchTree } from '../../../../userland/src/detect/watch-tree.ts';
import { IN, type InotifyEvent } from '../../../../userland/src/native/addon.ts';

function setUp() {
  const tree = new WatchTree();
  tree.bind(tree.root, 1);
  const sub = tree.childOf(tree.root, 'sub');
  tree.bind(sub, 2);
  return { tree, sub, reader: new ChangeReader(tree) };
}

function event(wd: number, mask: number, name = '', cookie = 0): InotifyEvent {
  return { wd, mask, name, cookie };
}

void t.test('several events about one entry are one change', async (t) => {
  const { tree, sub, reader } = setUp();
  const changes = reader.read([
    event(1, IN.CREATE, 'file'),
    event(2, IN.CREATE, 'file'),
    event(1, IN.MODIFY, 'file'),
    event(1, IN.CLOSE_WRITE, 'file'),
  ]);
  t.strictSame(changes, [
    {
      kind: 'entry',
      place: { directory: tree.root, name: 'file' },
      content: true,
      written: true,
      created: true,
      gone: false,
      isDirectory: false,
    },
    {
      kind: 'entry',
      place: { directory: sub, name: 'file' },
      content: true,
      written: false,
      created: true,
      gone: false,
      isDirectory: false,
    },
  ]);
});

void t.test('only removals make an entry gone', async (t) => {
  const { reader } = setUp();
  const [deleted] = reader.read([event(1, IN.DELETE, 'file')]);
  t.match(deleted, { kind: 'entry', gone: true });
  const [recreated] = reader.read([event(1, IN.DELETE, 'file'), event(1, IN.CREATE, 'file')]);
  t.match(recreated, { kind: 'entry', gone: false });
});

void t.test('a rename of a file is one change, also across two reads', async (t) => {
  const { tree, sub, reader } = setUp();
  const from = { directory: tree.root, name: 'old' };
  const to = { directory: sub, name: 'new' };
  const first = reader.read([event(1, IN.MOVED_FROM, 'old', 9)]);
  t.strictSame(first, [
    {
      kind: 'entry',
      place: from,
      content: false,
      written: false,
      created: false,
      gone: true,
      isDirectory: false,
    },
  ]);
  t.strictSame(reader.read([event(2, IN.MOVED_TO, 'new', 9)]), [{ kind: 'file-renamed', from, to }]);
  t.match(reader.read([event(2, IN.MOVED_TO, 'new', 9)]), [{ kind: 'entry' }], 'a cookie is good for once');
});

void t.test('a file moved in is an entry; a directory has arrived', async (t) => {
  const { reader } = setUp();
  t.match(reader.read([event(1, IN.MOVED_TO, 'in', 5)]), [{ kind: 'entry', gone: false }]);
  t.match(reader.read([event(1, IN.MOVED_TO | IN.ISDIR, 'in', 6)]), [{ kind: 'directory-arrived' }]);
});

void t.test('renames that never end do not gather', async (t) => {
  const { reader } = setUp();
  for (let cookie = 1; cookie <= 1000; cookie += 1) reader.read([event(1, IN.MOVED_FROM, 'out', cookie)]);
  t.match(reader.read([event(1, IN.MOVED_TO, 'in', 1)]), [{ kind: 'entry' }], 'the oldest is forgotten');
  t.match(reader.read([event(1, IN.MOVED_TO, 'in', 1000)]), [{ kind: 'file-renamed' }]);
});

void t.test('order holds across a rename', async (t) => {
  const { reader } = setUp();
  const kinds = reader
    .read([event(1, IN.MODIFY, 'f'), event(1, IN.MOVED_TO | IN.ISDIR, 'sub', 3), event(1, IN.MODIFY, 'f')])
    .map((change) => change.kind);
  t.strictSame(kinds, ['entry', 'directory-arrived', 'entry']);
});

void t.test('overflow, and the end of the root', async (t) => {
  const { reader } = setUp();
  t.strictSame(reader.read([event(-1, IN.Q_OVERFLOW)]), [{ kind: 'overflow' }]);
  t.strictSame(reader.read([event(1, IN.MOVE_SELF)]), [{ kind: 'root-gone', how: 'renamed' }]);
  t.strictSame(reader.read([event(1, IN.DELETE_SELF)]), [{ kind: 'root-gone', how: 'deleted' }]);
  t.strictSame(reader.read([event(1, IN.UNMOUNT)]), [{ kind: 'root-gone', how: 'unmounted' }]);
});

void t.test('a dropped watch is told once, and unknown watches not at all', async (t) => {
  const { tree, reader } = setUp();
  const place = { directory: tree.root, name: 'sub' };
  t.strictSame(reader.read([event(2, IN.DELETE_SELF), event(2, IN.IGNORED)]), [
    { kind: 'watch-lost', place },
  ]);
  t.strictSame(reader.read([event(2, IN.IGNORED), event(2, IN.CREATE, 'x'), event(77, IN.CREATE, 'x')]), []);
});

void t.test("a directory's own attributes", async (t) => {
  const { sub, reader } = setUp();
  const place = { directory: sub, name: '' };
  // What sets its mtime only is told as if it had been written to.
  for (const mask of [IN.ATTRIB, IN.MODIFY])
    t.strictSame(reader.read([event(2, mask | IN.ISDIR)]), [
      {
        kind: 'entry',
        place,
        content: false,
        written: false,
        created: false,
        gone: false,
        isDirectory: true,
      },
    ]);
});

const FILE_EVENTS = [IN.CREATE, IN.MODIFY, IN.CLOSE_WRITE, IN.ATTRIB, IN.DELETE, IN.MOVED_FROM, IN.MOVED_TO];

const anyEvent = fc.oneof(
  fc.record({
    wd: fc.constantFrom(1, 2, 3),
    mask: fc.constantFrom(...FILE_EVENTS, IN.CREATE | IN.ISDIR, IN.MOVED_TO | IN.ISDIR),
    name: fc.constantFrom('a', 'b', 'c'),
    cookie: fc.nat(1),
  }),
  fc.constantFrom(event(-1, IN.Q_OVERFLOW), event(2, IN.IGNORED), event(2, IN.ATTRIB | IN.ISDIR)),
);

/** What is to be looked at and why, however often it is said; and the changes of other kinds in their order. */
function essence(changes: readonly Change[]): string {
  const entries = new Map<string, readonly (boolean | null)[]>();
  const others: Change[] = [];
  for (const change of changes) {
    if (change.kind !== 'entry') {
      others.push(change);
      continue;
    }
    const { place, content, written, gone, isDirectory } = change;
    const key = `${place.directory.wd}/${place.name}`;
    const known = entries.get(key) ?? [false, false, true, isDirectory];
    const sameType = known[3] === isDirectory ? isDirectory : null;
    entries.set(key, [known[0] || content, known[1] || written, known[2] && gone, sameType] as boolean[]);
  }
  return JSON.stringify([[...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)), others], shortened);
}

function shortened(key: string, value: unknown): unknown {
  return key === 'directory' && value instanceof Object && 'wd' in value ? value.wd : value;
}

void t.test('wherever the reads cut the events, the changes are the same', async () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 40, size: 'max' }),
      fc.array(fc.nat(40), { maxLength: 4 }),
      (events, cuts) => {
        const whole = setUp().reader.read(events);
        const { reader } = setUp();
        const pieces: Change[] = [];
        let from = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), events.length]) {
          pieces.push(...reader.read(events.slice(from, cut)));
          from = Math.max(from, cut);
        }
        return essence(whole) === essence(pieces);
      },
    ),
    { numRuns: 500 },
  );
});
