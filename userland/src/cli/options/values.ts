/** How the text of an option's value is read: one function a kind, each with the words for what it takes. */
import type { ByteString } from '../../native/addon.ts';

/** Reads the text of a value; `null`: it means nothing. */
export interface Reader<Value> {
  /** Completes the sentence "it takes ...". */
  readonly takes: string;
  readonly read: (text: ByteString) => Value | null;
  /** In a configuration file only what is in quotes is one; a path is relative to that file's folder there. */
  readonly quoted?: 'text' | 'path';
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): Reader<Word> {
  return { takes: words.join(', '), read: (text) => words.find((word) => word === text) ?? null };
}

/** A number of things. */
export const count: Reader<number> = {
  takes: 'a number, 0 or more',
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
};

/** Seconds with up to nine decimals, or with a unit; the value is nanoseconds. */
export const duration: Reader<number> = {
  takes: 'seconds (2, 0.5) or a number with a unit (10ms, 100us, 1ns)',
  read: (given) => {
    const [, digits = '', unit = 's'] = /^(\d{1,6}(?:\.\d{1,9})?)(s|ms|us|ns)?$/.exec(given) ?? [];
    return digits === '' ? null : Math.round(Number(digits) * (NANOSECONDS[unit] ?? 1));
  },
};

const NANOSECONDS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/**
 * Bytes a second as rsync writes them: without a suffix in units of 1024, K, M and G likewise (KiB, MiB and GiB are the
 * same), KB, MB and GB in powers of 1000, B alone bytes; 0 is no limit.
 */
export const rate: Reader<number> = {
  takes: 'a rate like 500 (KiB a second), 1.5M, 2GB or 0 (no limit)',
  read: (given) => {
    const parts = /^(\d{1,9}(?:\.\d{1,6})?)(b|[kmg](?:ib|b)?)?$/i.exec(given);
    if (parts === null) return null;
    const suffix = (parts[2] ?? 'k').toLowerCase();
    const base = suffix.length === 2 ? 1000 : 1024;
    return Math.round(Number(parts[1]) * base ** 'bkmg'.indexOf(suffix.charAt(0)));
  },
};

const MILLISECONDS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length of time, in milliseconds; setTimeout knows none above 24 days. */
export const interval: Reader<number> = {
  takes: 'a time from 1s to 24d, like 30s, 10m or 1h',
  read: (given) => {
    const [, digits, unit = ''] = /^(\d{1,9})([smhd])$/.exec(given) ?? [];
    const ms = Number(digits) * (MILLISECONDS[unit] ?? 0);
    return ms >= 1000 && ms <= 24 * 86_400_000 ? ms : null;
  },
};

/** Any text that is not empty: a pattern. */
export const text: Reader<ByteString> = {
  takes: 'a text that is not empty',
  read: (given) => (given === '' ? null : given),
  quoted: 'text',
};

/** A path of the file system, relative to the working directory. */
export const path: Reader<ByteString> = { takes: 'a path', read: text.read, quoted: 'path' };
