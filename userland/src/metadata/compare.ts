/** Directory against directory, slice by slice: the one way in which the engine learns what differs. */
import type { Addon, CompareRequest, Fd } from '../native/addon.ts';
import { decodeRecords, HEADER, type CompareHeader, type EntryRecord } from './records.ts';
import type { MetadataSource } from './source.ts';

/** Room for about 700 records with short names: a slice is some milliseconds, so the event loop stays live. */
const SLICE_BYTES = 64 * 1024;

/** Shared by all walks: a slice is decoded before anything else can run. */
const slice = Buffer.allocUnsafeSlow(SLICE_BYTES);

/** Entries that one slice looks at: a huge directory without differences must not block for its whole length. */
const SLICE_ENTRIES = 4096;

/** What is asked of a comparison, by whomever it is made. */
export type Question = Omit<CompareRequest, 'source' | 'maxEntries'>;

/**
 * Yields the entries of `source` that `question` asks for, comparing with `destination` (-1: nothing is there).
 *
 * Starts at the directory's first entry. A caller may stop, await or change the destination between two entries; the
 * source fd must not be read by others meanwhile. Names that appear or vanish during the walk may or may not be seen,
 * as with readdir(3). Throws a SystemError when a directory cannot be read at all.
 */
export function* compareEntries(
  addon: Addon,
  metadata: MetadataSource,
  source: Fd,
  destination: Fd,
  question: Question,
): Generator<EntryRecord, void, void> {
  addon.rewindDir(source);
  for (;;) {
    const { header, records } = nextSlice(addon, metadata, source, destination, question);
    yield* records;
    if ((header.flags & HEADER.EOF) !== 0) return;
  }
}

function nextSlice(
  addon: Addon,
  metadata: MetadataSource,
  source: Fd,
  destination: Fd,
  question: Question,
): { header: CompareHeader; records: EntryRecord[] } {
  const request = { ...question, maxEntries: SLICE_ENTRIES, source: metadata.kind };
  try {
    const length = addon.compareDirs(source, destination, slice, request);
    return decodeRecords(slice.subarray(0, length));
  } catch (error) {
    if (!metadata.giveUp(error)) throw error;
    return nextSlice(addon, metadata, source, destination, question);
  }
}
