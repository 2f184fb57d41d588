/** Random directories for the producers of records, and an oracle that knows from how they were made what is to come out. */
import * as fc from 'fast-check';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Question } from '../../../../userland/src/metadata/compare.ts';
import { DIFF, REPORT } from '../../../../userland/src/metadata/records.ts';
import { FILE_TYPE } from '../../../../userland/src/native/addon.ts';
import { addon, pathOf, type Folder } from './fixture.ts';

/** A time that is young for the whole test, in seconds. */
const YOUNG = Math.floor(Date.now() / 1000);
/** What YOUNG is within, and no other time here. */
const RACY_NS = 86_400e9;

/** What one name of a random directory can be; times, sizes and modes from few values, so that many agree. */
const something = fc.record({
  kind: fc.constantFrom('file', 'dir', 'link', 'fifo'),
  size: fc.constantFrom(0, 3, 4),
  mode: fc.constantFrom(0o644, 0o600, 0o4755),
  sec: fc.constantFrom(-1, 0, YOUNG, 5_000_000_000),
  nsec: fc.constantFrom(0, 1),
  target: fc.constantFrom('a', 'b', 'bb'),
});
type Something = typeof something extends fc.Arbitrary<infer T> ? T : never;
/** null: there is no such name. */
export type Entry = Something | null;

const FIELDS: readonly (keyof Something)[] = ['kind', 'size', 'mode', 'sec', 'nsec', 'target'];

/** Two entries that have most in common. */
const alike = fc
  .tuple(something, something, fc.subarray([...FIELDS], { maxLength: 2 }))
  .map(([a, b, changed]): [Entry, Entry] => [
    a,
    { ...a, ...Object.fromEntries(changed.map((field) => [field, b[field]])) },
  ]);

/** What both sides have under one name. */
export const pair: fc.Arbitrary<[Entry, Entry]> = fc.oneof(
  { weight: 4, arbitrary: alike },
  fc.tuple(fc.constant(null), something),
  fc.tuple(something, fc.constant(null)),
);

/** Some bits of `of`: mostly several, so that questions are seldom empty. */
const bits = (of: readonly number[]): fc.Arbitrary<number> =>
  fc.subarray([...of]).map((chosen) => chosen.reduce((mask, bit) => mask | bit, 0));

const COMPARED = Object.values(DIFF).filter((bit) => bit !== DIFF.RACY);

export const question: fc.Arbitrary<Question> = fc.record({
  compare: bits(COMPARED),
  report: fc.oneof(
    bits([...Object.values(DIFF), REPORT.DIRECTORIES, REPORT.ALL]),
    bits([DIFF.MISSING, REPORT.DIRECTORIES]),
  ),
  mtimeSlackNs: fc.constantFrom(0, 1, 1e9 - 1, 1e9, Number.MAX_SAFE_INTEGER),
  racyNs: fc.constantFrom(0, RACY_NS),
});

/** Puts `what` into a directory. */
export function make({ path, fd }: Folder, name: string, what: Entry): void {
  if (what === null) return;
  if (what.kind === 'dir') mkdirSync(pathOf(path, name));
  else if (what.kind === 'link') symlinkSync(what.target, pathOf(path, name));
  else if (what.kind === 'fifo') addon.mknodAt(fd, name, FILE_TYPE.FIFO, 0o600, 0, 0);
  else writeFileSync(pathOf(path, name), 'x'.repeat(what.size));
  if (what.kind !== 'link') addon.chmodAt(fd, name, what.mode);
  addon.utimesAt(fd, name, what.sec, what.nsec);
}

/** The diff bits with which an entry is to be returned; undefined when it is not. `nowhere`: there is no destination. */
export function expected(
  source: Entry,
  destination: Entry,
  asked: Question,
  nowhere = false,
): number | undefined {
  if (source === null) return undefined;
  const { report } = asked;
  // Who asks no more than whether a name is there is told no more, unless nothing has to be looked up for it.
  const existence = !nowhere && (report & ~(DIFF.MISSING | REPORT.DIRECTORIES)) === 0;
  let diff = destination === null ? DIFF.MISSING : 0;
  if (!existence && destination !== null) diff = differing(source, destination, asked);
  const racy = source.kind === 'file' && source.sec === YOUNG && asked.racyNs === RACY_NS;
  if (!existence && racy) diff |= DIFF.RACY;
  const wanted =
    (diff & report) !== 0 ||
    (report & REPORT.ALL) !== 0 ||
    (source.kind === 'dir' && (report & REPORT.DIRECTORIES) !== 0);
  return wanted ? diff : undefined;
}

function differing(a: NonNullable<Entry>, b: NonNullable<Entry>, asked: Question): number {
  if (a.kind !== b.kind) return DIFF.TYPE;
  const apart = BigInt(a.sec - b.sec) * 1_000_000_000n + BigInt(a.nsec - b.nsec);
  const slack = BigInt(asked.mtimeSlackNs ?? 0);
  let diff = 0;
  if (a.kind === 'file' && a.size !== b.size) diff |= DIFF.SIZE;
  if (a.kind !== 'dir' && (apart > slack || -apart > slack)) diff |= DIFF.MTIME;
  if (a.kind !== 'link' && a.mode !== b.mode) diff |= DIFF.MODE;
  if (a.kind === 'link' && a.target !== b.target) diff |= DIFF.LINK;
  return diff & asked.compare;
}
