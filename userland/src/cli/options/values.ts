/** How the text of an option's value is read: one function a kind, each with the words for what it takes. */
import type { ByteString } from '../../native/addon.ts';

/** Reads the text of a value; `null`: it means nothing. */
export interface Reader<Value> {
  /** Completes the sentence "it takes ...". */
  readonly takes: string;
  readonly read: (text: ByteString) => Value | null;
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

/** Any text that is not empty: a path, a pattern. */
export const text: Reader<ByteString> = {
  takes: 'a text that is not empty',
  read: (given) => (given === '' ? null : given),
};
