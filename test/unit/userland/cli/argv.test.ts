import * as fc from 'fast-check';
import t from 'tap';
import { byteArguments } from '../../../../userland/src/cli/argv.ts';

function cmdline(...words: readonly Uint8Array[]): Buffer {
  return Buffer.concat(words.flatMap((word) => [word, Buffer.of(0)]));
}

const word = fc.uint8Array({ min: 1, max: 255 }).map((bytes) => Buffer.from(bytes));

void t.test('any bytes come through, whatever stands before ours', async () => {
  fc.assert(
    fc.property(fc.array(word), fc.array(word), (before, ours) => {
      const decoded = ours.map((bytes) => bytes.toString('utf8'));
      const found = byteArguments(decoded, cmdline(...before, ...ours));
      return JSON.stringify(found) === JSON.stringify(ours.map((bytes) => bytes.toString('latin1')));
    }),
  );
});

void t.test('where the kernel has none or others, Node’s own hold', async (t) => {
  t.strictSame(byteArguments(['é'], null), ['\xc3\xa9']);
  t.strictSame(byteArguments(['a'], cmdline(Buffer.from('b'))), ['a']);
  t.strictSame(byteArguments(['a', 'b'], cmdline(Buffer.from('b'))), ['a', 'b']);
  t.strictSame(byteArguments([], cmdline(Buffer.from('node'))), []);
});
