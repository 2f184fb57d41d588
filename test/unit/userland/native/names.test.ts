import * as fc from 'fast-check';
import t from 'tap';
import { bytesOf, displayName } from '../../../../userland/src/native/names.ts';

void t.test('text goes to bytes as UTF-8', async (t) => {
  t.equal(bytesOf('a'), 'a');
  t.equal(bytesOf('é'), '\xc3\xa9');
});

void t.test('a name is shown as UTF-8 where it is, else escaped', async (t) => {
  t.equal(displayName('caf\xc3\xa9'), 'café');
  t.equal(displayName('\xff.txt'), '\\xff.txt');
  t.equal(displayName('a\nb\\'), 'a\\nb\\\\');
  t.equal(displayName('\x1b[31m'), '\\x1b[31m');
  t.equal(displayName(bytesOf('a\u202eb')), 'a\\u{202e}b');
});

void t.test('what is shown is one line, and tells different names apart', async (t) => {
  const name = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code)),
  });
  fc.assert(
    fc.property(name, name, (a, b) => {
      const shown = displayName(a);
      return !/\p{Cc}/u.test(shown) && (a === b || shown !== displayName(b));
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

void t.test('what is shown can be read back, byte by byte', async () => {
  const anyByte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code));
  const name = fc.oneof(
    fc.string({ unit: anyByte }),
    fc.string({ unit: 'binary' }).map((text) => bytesOf(text.replaceAll('\0', ''))),
    fc.string({ unit: fc.constantFrom('\\', 'x', 'u', '{', '}', '0', 'f', 'n', '\n', '\xff', '\xc3\xa9') }),
  );
  fc.assert(
    fc.property(name, (bytes) => readBack(displayName(bytes)) === bytes),
    { numRuns: 500 },
  );
});

const NAMED = new Map([
  ['\\n', '\n'],
  ['\\t', '\t'],
  ['\\r', '\r'],
  ['\\\\', '\\'],
]);

/** The bytes of a shown name. */
function readBack(shown: string): string {
  const parts = shown.match(/\\x[\da-f]{2}|\\u\{[\da-f]+\}|\\.|[^\\]+/gs) ?? [];
  const bytes = parts.map((part) => {
    if (part.startsWith('\\x')) return String.fromCodePoint(Number.parseInt(part.slice(2), 16));
    if (part.startsWith('\\u')) return bytesOf(String.fromCodePoint(Number.parseInt(part.slice(3, -1), 16)));
    return NAMED.get(part) ?? bytesOf(part);
  });
  return bytes.join('');
}
