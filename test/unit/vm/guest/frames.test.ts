import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import t from 'tap';
import {
  encodeFrame,
  encodeJson,
  FrameDecoder,
  type FrameEvent,
  MAX_PAYLOAD,
} from '../../../../vm/guest/frames.ts';

const seq = fc.nat(0xffff_ffff);
const json = fc.json().map((text) => encodeJson(JSON.parse(text)));
const frame = fc.tuple(seq, json);
/** What else may come over the line: anything, but no tilde and whole lines, as the kernel prints them. */
const garbage = fc.string().map((text) => Buffer.from(`${text.replaceAll(/[~\n]/g, '')}\n`));

function decode(bytes: Buffer, sizes: readonly number[] = []): FrameEvent[] {
  const decoder = new FrameDecoder();
  const events: FrameEvent[] = [];
  let at = 0;
  for (const size of sizes) {
    events.push(...decoder.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...events, ...decoder.push(bytes.subarray(at))];
}

void t.test('a known frame', async (t) => {
  t.equal(encodeFrame(26, '{"type":"bye"}').toString(), '~0000001a 000e {"type":"bye"} 9fca490d\n');
});

void t.test('what is encoded is decoded, cut anywhere', async () => {
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat(40)), (frames, sizes) => {
      const bytes = Buffer.concat(frames.map(([number, payload]) => encodeFrame(number, payload)));
      assert.deepEqual(
        decode(bytes, sizes),
        frames.map(([number, payload]) => ({ kind: 'frame', seq: number, payload })),
      );
    }),
    { numRuns: 50 },
  );
});

void t.test('frames are found between lines of garbage', async () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(frame, garbage)), fc.array(fc.nat(40)), (parts, sizes) => {
      const bytes = Buffer.concat(parts.map((part) => (Array.isArray(part) ? encodeFrame(...part) : part)));
      const found = decode(bytes, sizes).filter(({ kind }) => kind !== 'noise');
      const sent = parts.filter((part) => Array.isArray(part));
      assert.deepEqual(
        found,
        sent.map(([number, payload]) => ({ kind: 'frame', seq: number, payload })),
      );
    }),
    { numRuns: 50 },
  );
});

void t.test('a line without its newline does not swallow the frame behind it', async (t) => {
  t.match(decode(Buffer.from(`[    1.0] half a mess${encodeFrame(0, '{}').toString()}`)), [
    { kind: 'noise', text: '[    1.0] half a mess' },
    { kind: 'frame', seq: 0, payload: '{}' },
  ]);
});

void t.test('every single flipped bit is noticed, and harms no other frame', async (t) => {
  const before = encodeFrame(6, '{"before":true}');
  const victim = encodeFrame(7, encodeJson({ type: 'out', data: 'aGVsbG8=', text: 'ü~"' }));
  const after = encodeFrame(8, '{"after":true}');
  for (let bit = 0; bit < victim.length * 8; bit++) {
    const flipped = Buffer.from(victim);
    flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    const events = decode(Buffer.concat([before, flipped, after]));
    const frames = events.filter((event) => event.kind === 'frame');
    const faults = events.filter((event) => event.kind !== 'frame');
    if (!frames.every((event) => event.seq !== 7) || frames.length !== 2 || faults.length === 0) {
      t.fail(`bit ${bit} of ${victim.toString()}`, { events });
    }
  }
  t.pass('all bits');
});

void t.test('nothing that can come makes it throw or remember without end', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
      const decoder = new FrameDecoder();
      for (const chunk of chunks) decoder.push(chunk);
    }),
  );
  const decoder = new FrameDecoder();
  const flood = Buffer.alloc(3 * MAX_PAYLOAD, 'x');
  t.match(decoder.push(flood), [{ kind: 'noise' }], 'noise without an end is given out');
  t.match(decoder.push(Buffer.concat([Buffer.from('~'), flood])), [{ kind: 'damaged' }]);
  t.match(decoder.push(encodeFrame(1, '{}')), [{ kind: 'frame' }]);
});

void t.test('refuses what would not come through', async (t) => {
  t.throws(() => encodeFrame(0, '~'), RangeError);
  t.throws(() => encodeFrame(0, '\n'), RangeError);
  t.throws(() => encodeFrame(0, 'x'.repeat(MAX_PAYLOAD + 1)), RangeError);
});
