/** Versions as programs print them: numbers with dots, whatever stands behind. */

/**
 * Whether `found` is `needed` or later, compared number by number. A program that tells no version has the benefit of the
 * doubt: what it cannot do shows when it is used.
 */
export function isAtLeast(found: string, needed: string): boolean {
  const [have, want] = [numbers(found), numbers(needed)];
  if (have.length === 0) return true;
  for (const [index, number] of want.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return true;
}

function numbers(version: string): number[] {
  const leading = /^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '';
  return leading === '' ? [] : leading.split('.').map(Number);
}
