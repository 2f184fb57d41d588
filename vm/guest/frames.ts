/**
 * Frames of the line between host and guest: pure encoding and decoding, without I/O and without memory of what came
 * before. docs/protocol.md describes the form:
 *
 *     ~<seq: 8 hex> <length: 4 hex> <JSON, printable ASCII> <CRC-32: 8 hex>\n
 */
import { crc32 } from 'node:zlib';

/** The length field has four hex digits. */
export const MAX_PAYLOAD = 0xffff;

const MAX_LINE = 1 + 8 + 1 + 4 + 1 + MAX_PAYLOAD + 1 + 8 + 1;

export type FrameEvent =
  | { readonly kind: 'frame'; readonly seq: number; readonly payload: string }
  /** Something began as a frame and was none in the end. */
  | { readonly kind: 'damaged'; readonly reason: string; readonly text: string }
  /** A line, or a part of one, that is no frame: such as the kernel's messages on a line shared with its console. */
  | { readonly kind: 'noise'; readonly text: string };

/**
 * One frame as it goes over the line. `payload` is JSON of printable ASCII; it must hold no tilde (`encodeJson` sees
 * to that), and at most `MAX_PAYLOAD` characters.
 */
export function encodeFrame(seq: number, payload: string): Buffer {
  if (payload.length > MAX_PAYLOAD || !/^[ -}]*$/.test(payload)) {
    throw new RangeError(`a frame holds at most ${MAX_PAYLOAD} printable ASCII characters and no tilde`);
  }
  const covered = `${hex(seq >>> 0, 8)} ${hex(payload.length, 4)} ${payload}`;
  return Buffer.from(`~${covered} ${hex(crc32(covered), 8)}\n`, 'latin1');
}

/** JSON in which everything but printable ASCII, and the tilde, is escaped. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^ -}]/g, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

/** Cuts a byte stream, in pieces of any size, into frames and what is none. Never throws. */
export class FrameDecoder {
  #inFrame = false;
  /** What came since the last event: the beginning of a frame (tilde included), or noise. */
  #pending = '';

  push(chunk: Uint8Array): FrameEvent[] {
    const events: FrameEvent[] = [];
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    let from = 0;
    while (from < text.length) {
      // A tilde occurs nowhere but at the start of a frame, so it ends whatever was there before.
      const tilde = text.indexOf('~', from);
      const newline = text.indexOf('\n', from);
      const ends = [tilde, newline].filter((at) => at !== -1);
      const end = ends.length === 0 ? text.length : Math.min(...ends);
      this.#pending += text.slice(from, end);
      from = end;
      if (end === text.length) break;
      if (end === newline) {
        this.#pending += '\n';
        from++;
        this.#finish(events);
      } else {
        this.#finish(events);
        this.#pending = '~';
        this.#inFrame = true;
        from++;
      }
    }
    if (this.#pending.length > MAX_LINE) this.#finish(events);
    return events;
  }

  #finish(events: FrameEvent[]): void {
    if (this.#inFrame) events.push(parseFrame(this.#pending));
    else if (/[^\r\n]/.test(this.#pending)) events.push({ kind: 'noise', text: this.#pending });
    this.#pending = '';
    this.#inFrame = false;
  }
}

/** Judges one line that begins with a tilde. */
function parseFrame(text: string): FrameEvent {
  const damaged = (reason: string): FrameEvent => ({ kind: 'damaged', reason, text });
  const match = /^~([0-9a-f]{8}) ([0-9a-f]{4}) (.*) ([0-9a-f]{8})\n$/s.exec(text);
  if (match === null) return damaged(text.endsWith('\n') ? 'not ~seq length json crc' : 'cut off');
  const [, seq = '', length = '', payload = '', crc = ''] = match;
  if (Number.parseInt(length, 16) !== payload.length) return damaged('wrong length');
  if (crc32(Buffer.from(`${seq} ${length} ${payload}`, 'latin1')) !== Number.parseInt(crc, 16)) {
    return damaged('wrong checksum');
  }
  return { kind: 'frame', seq: Number.parseInt(seq, 16), payload };
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
