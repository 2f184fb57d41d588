/** What `--help` prints: one screen of 80 columns and 24 lines. */

export const USAGE_LINE = 'Usage: dirsync <source_dir> <destination_dir>';

export const HELP = `${USAGE_LINE}
Makes the destination an exact replica of the source, and keeps it so.

  --once              synchronize once and end
  --phase 1|2|3       1: --once --flat --size-only, 2: --once, 3: continuous
  --flat              only what lies directly in the source; deletes nothing
  --size-only         files of equal size are equal
  --no-delete         keep what the source does not have
  --max-delete N      stop with exit code 25 before deleting more than N entries
  --allow-empty       let an empty source empty the destination
  -n, --dry-run       once; say what would be done and touch nothing
  -v, --verbose       print every entry, also of the first synchronization
  -q, --quiet         print nothing but warnings and errors
  --stats             print totals at the end
  --metadata SOURCE   auto, kernel (the calls of our patches) or statx
  --fsync             write through to the disk before replacing a file
  -V, --version       version, and where metadata comes from
  -h, --help          this text

Exit: 0 done (or Ctrl+C in continuous mode), 1 usage, 3 directories refused,
11 I/O, 20 interrupted, 23 partial, 25 delete limit.`;
