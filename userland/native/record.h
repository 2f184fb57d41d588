/*
 * The buffer that a comparison fills, as the kernel's own header has it: a struct dirsync_hdr, then
 * records, each padded to 8 bytes. The JavaScript side is userland/src/metadata/records.ts.
 */
#ifndef DIRSYNC_RECORD_H
#define DIRSYNC_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "dirsync_abi.h"

#define DIFF_MISSING DIRSYNC_DIFF_MISSING
#define DIFF_TYPE DIRSYNC_DIFF_TYPE
#define DIFF_SIZE DIRSYNC_DIFF_SIZE
#define DIFF_MTIME DIRSYNC_DIFF_MTIME
#define DIFF_MODE DIRSYNC_DIFF_MODE
#define DIFF_OWNER DIRSYNC_DIFF_OWNER
#define DIFF_LINK DIRSYNC_DIFF_LINK
#define DIFF_RDEV DIRSYNC_DIFF_RDEV
#define DIFF_RACY DIRSYNC_DIFF_RACY

#define REPORT_DIRS DIRSYNC_REPORT_DIRS
#define REPORT_ALL DIRSYNC_REPORT_ALL
#define REPORT_LINKED DIRSYNC_REPORT_LINKED

/* Bytes of a record with a name of that length: one NUL at least, rounded up to 8. */
static inline size_t record_length(size_t namelen)
{
	return (offsetof(struct dirsync_rec, name) + namelen + 1 + 7) & ~(size_t)7;
}

#endif
