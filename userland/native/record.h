/*
 * The buffer that a comparison fills: a header, then records, each padded to 8 bytes. The
 * JavaScript side is userland/src/metadata/records.ts; the meaning of every bit is said there.
 */
#ifndef DIRSYNC_RECORD_H
#define DIRSYNC_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define DIRSYNC_MAGIC 0x4e595344u /* "DSYN" in memory order */

#define DIRSYNC_HDR_EOF 0x1u
#define DIRSYNC_HDR_SHORT 0x2u

#define DIRSYNC_REC_ERR_DST 0x1u

#define DIFF_MISSING 0x1u
#define DIFF_TYPE 0x2u
#define DIFF_SIZE 0x4u
#define DIFF_MTIME 0x8u
#define DIFF_MODE 0x10u
#define DIFF_OWNER 0x20u
#define DIFF_LINK 0x40u
#define DIFF_RDEV 0x80u
#define DIFF_RACY 0x100u

#define REPORT_DIRS 0x10000u
#define REPORT_ALL 0x20000u
#define REPORT_LINKED 0x40000u

struct dirsync_hdr {
	uint32_t magic;
	uint32_t flags;
	uint32_t nr_records;
	uint32_t nr_scanned;
	uint32_t nr_vanished;
	uint32_t nr_errors;
	uint64_t reserved;
};

struct dirsync_rec {
	uint16_t reclen;
	uint16_t namelen;
	uint8_t type;
	uint8_t flags;
	int16_t err;
	uint32_t diff;
	uint32_t mask; /* STATX_BASIC_STATS: attributes of the source, 0: none */
	uint64_t ino;
	uint64_t size;
	int64_t mtime_sec;
	uint32_t mtime_nsec;
	uint32_t mode; /* permission bits only */
	uint32_t uid;
	uint32_t gid;
	uint32_t nlink;
	uint32_t reserved;
	char name[];
};

_Static_assert(sizeof(struct dirsync_hdr) == 32, "the header is part of an ABI");
_Static_assert(offsetof(struct dirsync_rec, ino) == 16, "the record is part of an ABI");
_Static_assert(offsetof(struct dirsync_rec, name) == 64, "the record is part of an ABI");

/* Bytes of a record with a name of that length: one NUL at least, rounded up to 8. */
static inline size_t record_length(size_t namelen)
{
	return (offsetof(struct dirsync_rec, name) + namelen + 1 + 7) & ~(size_t)7;
}

#endif
