/** Compares two files that should be the same, bit for bit, and names the parts that are not. */
import { readFile } from 'node:fs/promises';
import { regionsOf } from './regions.ts';

/** So many parts are named; where everything differs the first ones say enough. */
const NAMED = 8;

/**
 * What differs between the files at `a` and `b`, one sentence; undefined when nothing does.
 *
 * @throws the system's error when one of them cannot be read
 */
export async function difference(a: string, b: string): Promise<string | undefined> {
  const [first, second] = await Promise.all([readFile(a), readFile(b)]);
  return first.equals(second) ? undefined : describe(first, second);
}

function describe(a: Buffer, b: Buffer): string {
  const at = `first at byte ${firstDifference(a, b)} of ${a.length} and ${b.length}`;
  const parts = differingParts(a, b);
  if (parts.length === 0) return at;
  const more = parts.length > NAMED ? ` and ${parts.length - NAMED} more` : '';
  return `${parts.slice(0, NAMED).join(', ')}${more} (${at})`;
}

function differingParts(a: Buffer, b: Buffer): string[] {
  const [inA, inB] = [contents(a), contents(b)];
  return [...new Set([...inA.keys(), ...inB.keys()])].flatMap((name) => {
    const [left, right] = [inA.get(name), inB.get(name)];
    if (left === undefined || right === undefined) return [`${name} (in one only)`];
    return left.equals(right) ? [] : [name];
  });
}

/** What each region holds; of several of one name the later ones are numbered. */
function contents(file: Buffer): Map<string, Buffer> {
  const named = new Map<string, Buffer>();
  for (const { name, start, end } of regionsOf(file)) {
    let unique = name;
    for (let number = 2; named.has(unique); number++) unique = `${name} #${number}`;
    named.set(unique, file.subarray(start, end));
  }
  return named;
}

function firstDifference(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return at;
  return length;
}
