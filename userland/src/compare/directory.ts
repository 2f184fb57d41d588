/** Compares two whole directories: what differs first, then what only the destination has. */
import { FILE_TYPE, type Addon, type ByteString, type Fd } from '../native/addon.ts';
import { compareEntries } from '../metadata/compare.ts';
import { DIFF, REPORT, type EntryRecord } from '../metadata/records.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { Excludes } from '../filter/filter.ts';
import { restrict, type Difference } from './difference.ts';

export type Finding =
  /** A difference; or, whether it differs or not, a subdirectory of the source, or a file with more than one name. */
  | ({ readonly kind: 'entry'; readonly linked: boolean } & Difference)
  /** The entry could not be looked at; `errno` is negative. */
  | {
      readonly kind: 'error';
      readonly name: ByteString;
      readonly errno: number;
      readonly side: 'source' | 'destination';
    };

export interface DirectoryComparison {
  readonly source: Fd;
  /** -1 when it does not exist. */
  readonly destination: Fd;
  /** `DIFF` bits to compare. */
  readonly compared: number;
  readonly mtimeSlackNs: number;
  readonly metadata: MetadataSource;
  /** Yield entries that do not differ, too. */
  readonly all: boolean;
  /** Entries that are not looked at, on either side. */
  readonly excludes: Excludes;
}

/** The bits for which an entry is of interest when those of `compared` are compared: differences, and further names. */
export function reportedBits(compared: number): number {
  return DIFF.MISSING | DIFF.TYPE | REPORT.LINKED | compared;
}

/** Throws a SystemError when one of the directories cannot be read; nothing is to be deleted then. */
export function* compareDirectories(
  addon: Addon,
  comparison: DirectoryComparison,
): Generator<Finding, void, void> {
  const { source, destination, compared, metadata, all, excludes, mtimeSlackNs } = comparison;
  const report = reportedBits(compared) | REPORT.DIRECTORIES | (all ? REPORT.ALL : 0);
  const request = { compare: compared, report, mtimeSlackNs };
  for (const record of compareEntries(addon, metadata, source, destination, request)) {
    const found = finding(record);
    if (found.kind === 'error') {
      if (!excludes(record.name, record.type === FILE_TYPE.DIRECTORY)) yield found;
      continue;
    }
    const rest = restrict(found, excludes, () => addon.statAt(destination, record.name)?.type ?? null);
    if (rest !== null) yield { kind: 'entry', linked: found.linked, ...rest };
  }
  if (destination === -1) return;
  // The mirror image: a name of the destination that is missing in the source is an extra one.
  const mirrored = { compare: 0, report: DIFF.MISSING };
  for (const record of compareEntries(addon, metadata, destination, source, mirrored)) {
    if (excludes(record.name, record.type === FILE_TYPE.DIRECTORY)) continue;
    if (record.errno !== 0) yield problem(record, record.errorSide === 'source' ? 'destination' : 'source');
    else if ((record.diff & DIFF.MISSING) !== 0)
      yield { kind: 'entry', name: record.name, type: null, diff: 0, linked: false };
  }
}

function finding(record: EntryRecord): Finding {
  if (record.errno !== 0) return problem(record, record.errorSide);
  const linked = record.type !== FILE_TYPE.DIRECTORY && record.nlink > 1;
  const { name, type, diff, size } = record;
  return { kind: 'entry', name, type, diff, size, linked };
}

function problem(record: EntryRecord, side: 'source' | 'destination'): Finding {
  return { kind: 'error', name: record.name, errno: record.errno, side };
}
