/** The names that churn gives: few, so that changes meet, and some that have broken other tools. */
import type { Random } from './random.ts';

const PLAIN = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'file', 'dir'] as const;

/** Bytes as latin1. */
export const ODD_NAMES: readonly string[] = [
  'new\nline',
  `quote'"double`,
  'back\\slash',
  '-rf',
  '--help',
  ' ',
  '*',
  '~',
  '.hidden',
  '...',
  'tab\tand\x01',
  '\xff\xfe',
  'half\xc3',
  // The same letter in two forms of Unicode.
  '\xc3\xb1',
  'n\xcc\x83',
  // All but reserved.
  '.dirsync-0123456g.tmp',
  'x'.repeat(255),
  '\xe2\x82\xac'.repeat(85),
];

export function someName(random: Random): string {
  return random.oneIn(8) ? random.pick(ODD_NAMES) : random.pick(PLAIN);
}
