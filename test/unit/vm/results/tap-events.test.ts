import t from 'tap';
import { memorySink } from '../../../../vm/events.ts';
import { TapEvents } from '../../../../vm/results/tap-events.ts';

/** The events of a TAP stream that comes in chunks of `size` characters. */
function read(tap: string, size = tap.length) {
  const sink = memorySink();
  const reader = new TapEvents(sink);
  for (let at = 0; at < tap.length; at += size) reader.write(tap.slice(at, at + size));
  return { ...reader.end(), events: sink.events };
}

const STREAM = `TAP version 14
# Subtest: test/a.test.ts
    # Subtest: outer
        # Subtest: inner
            ok 1 - fine
            not ok 2 - broken
              ---
              found: 3
              ...
            ok 3 - elsewhere # SKIP no root
            not ok 4 - one day # TODO later
            1..4
        not ok 1 - inner # time=25.5ms
        1..1
    not ok 1 - outer # time=30ms
    ok 2 - other # SKIP filter: /outer/
    1..2
not ok 1 - test/a.test.ts # time=40ms
1..1
`;

void t.test('each point once, with its file and the subtests around it', (t) => {
  const { ok, points, events } = read(STREAM);
  t.equal(ok, false);
  t.equal(points, 3, 'what was skipped has not been run');
  const base = { kind: 'test.point', file: 'test/a.test.ts', path: ['outer', 'inner'] };
  t.same(events, [
    { ...base, name: 'fine', ok: true },
    { ...base, name: 'broken', ok: false, diag: { found: 3 } },
    { ...base, name: 'elsewhere', ok: true, skip: 'no root' },
    { ...base, name: 'one day', ok: true, todo: 'later' },
    { kind: 'test.end', file: 'test/a.test.ts', path: ['outer', 'inner'], ok: false, ms: 25.5 },
    { kind: 'test.end', file: 'test/a.test.ts', path: ['outer'], ok: false, ms: 30 },
    { kind: 'file.end', file: 'test/a.test.ts', ok: false, ms: 40 },
  ]);
  t.same(read(STREAM, 1).events, events, 'also when it comes byte by byte');
  t.end();
});

void t.test('a subtest that failed without a failing point is a point itself', (t) => {
  const { events } = read(`TAP version 14
# Subtest: test/a.test.ts
    # Subtest: hangs
        ok 1 - begun
        1..1
    not ok 1 - hangs # time=9ms
      ---
      signal: SIGTERM
      ...
    1..1
not ok 1 - test/a.test.ts # time=10ms
1..1
`);
  const failed = events.filter((event) => event.kind === 'test.point' && !event.ok);
  t.same(failed, [
    {
      kind: 'test.point',
      file: 'test/a.test.ts',
      path: [],
      name: 'hangs',
      ok: false,
      ms: 9,
      diag: { signal: 'SIGTERM' },
    },
  ]);
  t.end();
});

void t.test('a file that crashed is a point of its own name', (t) => {
  const { ok, points, events } = read(
    'TAP version 14\n# Subtest: test/a.test.ts\n    1..0 # no tests found\nnot ok 1 - test/a.test.ts # time=3ms\n1..1\n',
  );
  t.match(events[0], {
    kind: 'test.point',
    file: 'test/a.test.ts',
    path: [],
    name: 'test/a.test.ts',
    ok: false,
  });
  t.strictSame([ok, points], [false, 1]);
  t.end();
});
