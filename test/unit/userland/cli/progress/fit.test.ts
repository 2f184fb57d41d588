import * as fc from 'fast-check';
import t from 'tap';
import { displayName } from '../../../../../userland/src/native/names.ts';
import { fitEnd, fitParts, width, type Part } from '../../../../../userland/src/cli/progress/fit.ts';

void t.test('columns are not characters', async (t) => {
  t.equal(width('abc'), 3);
  t.equal(width('日本'), 4);
  t.equal(width('e\u0301'), 1, 'a combining accent');
});

void t.test('the end of a path is kept', async (t) => {
  t.equal(fitEnd('a/b/c', 5), 'a/b/c');
  t.equal(fitEnd('directory/file', 7), '...file');
  t.equal(fitEnd('日本語', 5), '...語');
  t.equal(fitEnd('日本語', 4), '...', 'half a character is none');
  t.equal(fitEnd('abc', 2), '..');
  t.equal(fitEnd('abc', 0), '');
});

void t.test('what matters least is left out first', async (t) => {
  const parts: readonly Part[] = [
    { text: 'first', rank: 0 },
    { text: '', rank: 1 },
    { text: 'second', rank: 2 },
    { text: 'some/long/path', rank: 3, least: 6 },
    { text: 'third', rank: 1 },
  ];
  t.equal(fitParts(parts, 100), 'first, second, some/long/path, third');
  t.equal(fitParts(parts, 32), 'first, second, ...ng/path, third');
  t.equal(fitParts(parts, 25), 'first, second, third');
  t.equal(fitParts(parts, 12), 'first, third');
  t.equal(fitParts(parts, 5), 'first');
  t.equal(fitParts(parts, 4), '...t');
});

void t.test('no line is wider than asked for, whatever is in a name', async () => {
  const name = fc.uint8Array({ maxLength: 40 }).map((raw) => Buffer.from(raw).toString('latin1'));
  const text = fc.oneof(
    name,
    fc.string({ unit: 'grapheme' }).map((word) => Buffer.from(word).toString('latin1')),
  );
  const part = fc.record({ text: text.map(displayName), rank: fc.nat(9), least: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(part), fc.nat(120), (parts, columns) => {
      const line = fitParts(parts, columns);
      return width(line) <= columns && !/\p{Cc}/u.test(line);
    }),
  );
});
