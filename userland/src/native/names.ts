/** The way between file names as bytes (one char a byte) and text, which is UTF-8 on every Linux of today. */
import { isUtf8 as isUtf8Bytes } from 'node:buffer';
import type { ByteString } from './addon.ts';

/** The bytes of a text, e.g. of a command line argument. */
export function bytesOf(text: string): ByteString {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Whether the bytes are valid UTF-8. */
export function isUtf8(name: ByteString): boolean {
  return isUtf8Bytes(Buffer.from(name, 'latin1'));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A name for people, always one line: UTF-8 where it is valid, else each byte above 0x7f as `\xNN`. Control and
 * invisible characters and the backslash are escaped (`\n`, `\\`, `\x1b`, `\u{202e}`; `\xNN` is a byte in either case): two
 * different names never look the same.
 */
export function displayName(name: ByteString): string {
  if (PLAIN.test(name)) return name;
  let text: string;
  try {
    text = utf8.decode(Buffer.from(name, 'latin1'));
  } catch {
    text = name.replaceAll(/[\x80-\xff]/g, (char) => `\0${hex(char)}`);
  }
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(/\0([\da-f]{2})/g, '\\x$1')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => NAMED_ESCAPES[char] ?? escaped(char));
}

/** Printable ASCII but the backslash: nearly all names, and many of them a second. */
const PLAIN = /^[ -[\]-~]*$/;

const NAMED_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' };

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0x7f ? `\\u{${code.toString(16)}}` : `\\x${hex(char)}`;
}

function hex(char: string): string {
  return (char.codePointAt(0) ?? 0).toString(16).padStart(2, '0');
}
