/** The part of a guest's console that says why it ended badly: the kernel's report, or the last lines. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LineSplitter } from '../console/lines.ts';
import { SHOWN_LINES } from '../qemu/vm-error.ts';
import type { Guest } from './model.ts';

/** Lines from `from` to before `to`, counted from 0. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

/** Lines before a report that tell what led to it. */
const BEFORE = 3;

/** The guests' consoles by name, as far as their logs are there; `runDir` is the run's folder. */
export async function readConsoles(runDir: string, guests: readonly Guest[]): Promise<Map<string, string[]>> {
  const consoles = new Map<string, string[]>();
  for (const { name } of guests) {
    const bytes = await readFile(join(runDir, name, 'console.log')).catch(() => undefined);
    if (bytes === undefined) continue;
    const splitter = new LineSplitter();
    consoles.set(name, [...splitter.feed(bytes), ...splitter.end()]);
  }
  return consoles;
}

/** The lines of `console` to show for a guest that ended badly, the last ones if the kernel said nothing; none for one that passed. */
export function failingSlices(guest: Guest, console: readonly string[]): Slice[] {
  if (guest.end?.verdict === 'PASS') return [];
  const reports = (guest.end?.findings ?? []).filter(({ known, to }) => !known && to <= console.length);
  if (reports.length === 0) return [{ from: Math.max(0, console.length - SHOWN_LINES), to: console.length }];
  return merged(reports.map(({ from, to }) => ({ from: Math.max(0, from - 1 - BEFORE), to })));
}

/** Reports lie within each other (an Oops, then the panic it leads to): overlapping slices become one. */
function merged(slices: readonly Slice[]): Slice[] {
  const result: Slice[] = [];
  for (const slice of slices.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || slice.from > last.to) result.push(slice);
    else result[result.length - 1] = { from: last.from, to: Math.max(last.to, slice.to) };
  }
  return result;
}

/** A slice as text, each line with its number in console.log. */
export function numberedLines(console: readonly string[], { from, to }: Slice): string {
  const width = String(to).length;
  return console
    .slice(from, to)
    .map((line, index) => `${String(from + index + 1).padStart(width)}  ${line}`)
    .join('\n');
}
