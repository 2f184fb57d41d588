/** The lines of `--stats` and `--version`. */
import type { Metadata } from '../metadata/probe.ts';
import type { Counters } from '../native/addon.ts';
import type { Totals } from '../report.ts';
import { VERSION } from '../version.ts';

export function statsLines(totals: Readonly<Totals>, calls: Counters, metadata: Metadata): string[] {
  return [
    `Metadata: ${metadata.source} (${metadata.reason})`,
    `Calls: ${calls.statx} statx, ${calls.dirsyncStat} dirsync_stat, ${calls.getdents} getdents64`,
    `Copied: ${totals.copied} entries, ${totals.bytes} bytes`,
    `Created directories: ${totals.createdDirectories}`,
    `Updated: ${totals.updated}`,
    `Renamed: ${totals.renamed}`,
    `Deleted: ${totals.deleted}`,
    `Failures: ${totals.failures}`,
  ];
}

export function versionLines(metadata: Metadata): string[] {
  return [
    `dirsync ${VERSION}`,
    `metadata: ${metadata.source} (${metadata.reason})`,
    `node: ${process.version}`,
  ];
}
