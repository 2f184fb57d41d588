/**
 * What a disk may hold after the power fails, for every moment of a recorded run.
 *
 * A disk has a cache. What was written before a flush that ended is on the medium; of what was written since, each sector may
 * be there or not, in no order. So between two flushes a disk can be left in one state for each subset of the sectors written
 * since, and the strictest question about each is asked right before the next flush: everything announced until then must be
 * there. Two kinds of cut are made for each flush: nothing that was unflushed arrived, and a part of it, chosen by a seed,
 * whole writes or torn ones.
 *
 * Not covered: a file system that sends a flush without waiting for the writes it depends on. QEMU logs in the order of
 * completion, and such a write is mostly logged before the flush.
 */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { Disk } from '../qemu/machine/blockdev.ts';
import { MARK_BYTES, markText } from './marks.ts';
import { type LogEntry, readWriteLog, WriteLogError } from './write-log.ts';

/**
 * What a disk writes as a whole or not at all: the physical sector of today's. With the 512 bytes of older ones even ext4's
 * superblock, of 1024, is torn, which it has no remedy for but fsck.
 */
const PHYSICAL_SECTOR = 4096;

export interface PowerCutOptions {
  /** Begin at the mark with this text; what comes before, such as mkfs, is no moment of interest. */
  readonly from?: string;
  /** How many states with a part of the unflushed writes to try between two flushes; 1 by default. */
  readonly torn?: number;
  /** Chooses those parts: the same seed, the same cuts. */
  readonly seed?: number;
  /** Writes are torn at multiples of so many bytes, and nowhere else; 4096 by default. */
  readonly sectorBytes?: number;
}

export interface PowerCut {
  /** For messages: `after flush 12, with 3 of 7 unflushed writes (seed 1)`. */
  readonly name: string;
  /** The marks before the cut, oldest first: what was announced, and so has to be there. */
  readonly announced: readonly string[];
  /** The disk, whole. Valid until the next cut is asked for. */
  readonly image: Buffer;
}

/** Writes since the last flush that ended. */
type Unflushed = Exclude<LogEntry, { kind: 'flush' }>;

/**
 * The cuts of a recorded disk, in the order of the run. The guest that wrote to it must have ended, however.
 *
 * @throws WriteLogError when the disk was not recorded, or the mark to begin at is not there
 */
export async function* powerCuts(disk: Disk, options: PowerCutOptions = {}): AsyncGenerator<PowerCut> {
  const { from, torn = 1, seed = 1, sectorBytes = PHYSICAL_SECTOR } = options;
  if (disk.log === undefined) throw new WriteLogError(`${disk.path} was not recorded`);
  const { size } = await stat(disk.path);
  const medium = Buffer.alloc(size);
  const announced: string[] = [];
  let unflushed: Unflushed[] = [];
  let flushes = 0;
  let begun = from === undefined;
  await using file = await open(disk.log);
  const cuts = function* (): Generator<PowerCut> {
    if (!begun) return;
    const at = `after flush ${flushes}`;
    yield { name: `${at}, with nothing unflushed`, announced, image: medium };
    for (let number = 0; number < torn && unflushed.length > 0; number++) {
      const choice = `${seed}/${flushes}/${number}`;
      const image = Buffer.from(medium);
      const kept = applyPart(image, unflushed, sectorBytes, choice);
      yield {
        name: `${at}, with ${kept} of ${unflushed.length} unflushed writes (${choice})`,
        announced,
        image,
      };
    }
  };
  for await (const entry of readWriteLog(file)) {
    if (entry.kind === 'flush') {
      yield* cuts();
      for (const write of unflushed) apply(medium, write);
      unflushed = [];
      flushes += 1;
      continue;
    }
    if (entry.kind === 'write' && entry.fua) apply(medium, entry);
    else unflushed.push(entry);
    if (entry.kind !== 'write' || entry.offset !== size - MARK_BYTES) continue;
    const text = markText(entry.data);
    if (text === undefined) continue;
    announced.push(text);
    begun ||= text === from;
  }
  if (!begun) throw new WriteLogError(`no mark ${from} in ${disk.log}, only: ${announced.join(', ')}`);
  yield* cuts();
}

function apply(image: Buffer, write: Unflushed): void {
  if (write.kind === 'discard') image.fill(0, write.offset, write.offset + write.length);
  else write.data.copy(image, write.offset);
}

/** Applies what `choice` selects: of each write all, nothing, or its beginning. Returns how many left a trace. */
function applyPart(image: Buffer, writes: readonly Unflushed[], sectorBytes: number, choice: string): number {
  const random = createHash('shake256', { outputLength: 2 * writes.length })
    .update(choice)
    .digest();
  let kept = 0;
  for (const [index, write] of writes.entries()) {
    const [fate = 0, where = 0] = random.subarray(2 * index);
    if (fate < 96) continue;
    kept += 1;
    const tears = write.kind === 'write' ? tearsOf(write, sectorBytes) : [];
    if (fate < 192 || write.kind === 'discard' || tears.length === 0) apply(image, write);
    else write.data.copy(image, write.offset, 0, tears[where % tears.length]);
  }
  return kept;
}

/** How many bytes of a write may be all that arrives of it. */
function tearsOf(
  { offset, data }: Extract<LogEntry, { kind: 'write' }>,
  sectorBytes: number,
): readonly number[] {
  const tears: number[] = [];
  for (let at = sectorBytes - (offset % sectorBytes); at < data.length; at += sectorBytes) tears.push(at);
  return tears;
}
