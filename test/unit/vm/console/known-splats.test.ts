import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Finding } from '../../../../vm/console/finding.ts';
import { excuse, type KnownSplat, readKnownSplats } from '../../../../vm/console/known-splats.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const GOOD: KnownSplat = { pattern: 'WARNING in foo', reason: 'reported upstream', expires: '2026-11-22' };

const finding = (kind: Finding['kind'], title: string): Finding => {
  return { kind, title, from: 1, to: 2, text: '' };
};

void t.test('an entry counts until the end of its day', async (t) => {
  const path = join(t.testdir(), 'known.json');
  writeFileSync(path, JSON.stringify([GOOD]));
  t.strictSame(await readKnownSplats(path, NOW), [GOOD]);
  await t.rejects(readKnownSplats(path, new Date('2026-11-23T00:00:00Z')), {
    code: 'KNOWN_SPLAT_EXPIRED',
    message: /WARNING in foo \(reported upstream\)[^]*ended on 2026-11-22[^]*remove the entry/,
  });
});

void t.test('an entry that is not complete is refused, with its number', async (t) => {
  const path = join(t.testdir(), 'known.json');
  const { pattern, reason, expires } = GOOD;
  for (const [entries, found] of [
    ['{', /JSON/],
    ['{}', /expected array/],
    [[GOOD, { reason, expires }], /at \[1\]\.pattern/],
    [[{ pattern: '(', reason, expires }], /no regular expression/],
    [[{ pattern, expires }], /at \[0\]\.reason/],
    [[{ pattern, reason: ' ', expires }], /at \[0\]\.reason/],
    [[{ pattern, reason }], /at \[0\]\.expires/],
    [[{ pattern, reason, expires: 'never' }], /Invalid ISO date/],
    [[{ pattern, reason, expires: '2026-02-30' }], /Invalid ISO date/],
    [[{ ...GOOD, until: expires }], /until/],
    [[null], /at \[0\]/],
  ] as const) {
    writeFileSync(path, typeof entries === 'string' ? entries : JSON.stringify(entries));
    await t.rejects(readKnownSplats(path, NOW), { code: 'BAD_KNOWN_SPLATS', found });
  }
});

void t.test("the checkout's own entries are complete and have not expired", async (t) => {
  await t.resolves(readKnownSplats());
});

void t.test('the whole title has to match, and a panic is never excused', async (t) => {
  const { reason, expires } = GOOD;
  t.strictSame(excuse(finding('splat', 'WARNING in foo'), [GOOD]).known, { reason, expires });
  t.equal(excuse(finding('splat', 'WARNING in foobar'), [GOOD]).known, undefined);
  t.equal(excuse(finding('panic', 'WARNING in foo'), [GOOD]).known, undefined);
});
