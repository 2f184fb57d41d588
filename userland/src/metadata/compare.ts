/** Directory against directory, slice by slice: the one way in which the engine learns what differs. */
import type { Addon, CompareRequest, Fd } from '../native/addon.ts';
import { decodeRecords, HEADER, type EntryRecord } from './records.ts';

/** Room for about 700 records with short names: a slice is some milliseconds, so the event loop stays live. */
const SLICE_BYTES = 64 * 1024;

/** Shared by all walks: a slice is decoded before anything else can run. */
const slice = Buffer.allocUnsafeSlow(SLICE_BYTES);

/** Entries that one slice looks at: a huge directory without differences must not block for its whole length. */
const SLICE_ENTRIES = 4096;

/**
 * Yields the entries of `source` that `request` asks for, comparing with `destination` (-1: nothing is there).
 *
 * Starts at the directory's first entry. A caller may stop, await or change the destination between two entries; the
 * source fd must not be read by others meanwhile. Names that appear or vanish during the walk may or may not be seen,
 * as with readdir(3). Throws a SystemError when a directory cannot be read at all.
 */
export function* compareEntries(
  addon: Addon,
  source: Fd,
  destination: Fd,
  request: CompareRequest,
): Generator<EntryRecord, void, void> {
  const sliced = { maxEntries: SLICE_ENTRIES, ...request };
  addon.rewindDir(source);
  for (;;) {
    const length = addon.compareDirs(source, destination, slice, sliced);
    const { header, records } = decodeRecords(slice.subarray(0, length));
    yield* records;
    if ((header.flags & HEADER.EOF) !== 0) return;
  }
}
