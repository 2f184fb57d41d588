import * as fc from 'fast-check';
import t from 'tap';
import { LineSplitter } from '../../../../vm/console/lines.ts';

/** Feeds `bytes` in chunks of the given sizes, repeated until all is fed. */
function split(bytes: Buffer, sizes: readonly number[]): string[] {
  const splitter = new LineSplitter();
  const lines: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    lines.push(...splitter.feed(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...lines, ...splitter.end()];
}

void t.test('lines lose their ends, whatever the serial line made of them', async (t) => {
  t.strictSame(split(Buffer.from('a\r\nb\r\r\n\nlast'), [3]), ['a', 'b', '', 'last']);
  t.strictSame(split(Buffer.from('whole\n'), [100]), ['whole']);
  t.strictSame(split(Buffer.from(''), [1]), []);
});

void t.test('the cuts between chunks do not matter, also inside a character', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''))),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (texts, sizes) => {
        const lines = split(Buffer.from(texts.map((text) => `${text}\r\n`).join('')), sizes);
        return JSON.stringify(lines) === JSON.stringify(texts);
      },
    ),
  );
});

void t.test('a line without an end is cut, not kept in memory for ever', async (t) => {
  const lines = split(Buffer.alloc(100_000, 'x'), [1000]);
  t.ok(lines.every((line) => line.length <= 16_384));
  t.equal(lines.join('').length, 100_000);
});
