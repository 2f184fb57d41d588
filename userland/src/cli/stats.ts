/** The lines of `--stats` and `--version`. */
import type { MetadataSource } from '../metadata/source.ts';
import type { Counters } from '../native/addon.ts';
import type { Totals } from '../report.ts';
import { VERSION } from '../version.ts';

/** What was done about one pair. */
export function totalsLines(totals: Readonly<Totals>): string[] {
  return [
    `Copied: ${totals.copied} entries, ${totals.bytes} bytes`,
    `Created directories: ${totals.createdDirectories}`,
    `Updated: ${totals.updated}`,
    `Renamed: ${totals.renamed}`,
    `Linked: ${totals.linked}`,
    `Deleted: ${totals.deleted}`,
    `Failures: ${totals.failures}`,
  ];
}

/** Where metadata came from, and by how many calls, in the whole program. */
export function callsLines(calls: Counters, metadata: MetadataSource): string[] {
  return [
    `Metadata: ${metadata.kind} (${metadata.reason})`,
    `Calls: ${calls.statx} statx, ${calls.getdents} getdents64, ${calls.dirsyncStat} dirsync_stat, ` +
      `${calls.dirsyncList} dirsync_list, ${calls.dirsyncDiff} dirsync_diff`,
  ];
}

export function versionLines(metadata: MetadataSource): string[] {
  return [
    `dirsync ${VERSION}`,
    `metadata: ${metadata.kind} (${metadata.reason})`,
    `node: ${process.version}`,
  ];
}
