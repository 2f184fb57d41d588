/**
 * Byte strings on the wire: a JSON string whose code points U+0000 to U+00FF stand for one byte each, so that names
 * which are no UTF-8 can be said. (Buffer calls this encoding latin1.)
 */

/** A string is taken as UTF-8, a Uint8Array as it is. */
export type Bytes = string | Uint8Array;

export function toWire(bytes: Bytes): string {
  return Buffer.from(bytes as Uint8Array).toString('latin1');
}

/** The text that the bytes are in UTF-8; what is none becomes U+FFFD. */
export function fromWire(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** The command as a person would type it, for messages. */
export function commandText(argv: readonly Bytes[]): string {
  return argv
    .map((argument) => fromWire(toWire(argument)))
    .map((text) => (/^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}
