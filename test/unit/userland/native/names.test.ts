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
