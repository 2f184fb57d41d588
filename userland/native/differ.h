/* One entry compared on both sides. */
#ifndef DIRSYNC_DIFFER_H
#define DIRSYNC_DIFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "stat.h"

/* What a comparison of two directories was asked to do; bits are in record.h. */
struct compare_request {
	int source;
	int destination; /* -1: nothing is there */
	uint32_t compare;
	uint32_t report;
	uint64_t max_entries; /* 0: no limit */
	int64_t mtime_slack_ns;
	int64_t racy_ns;
	bool kernel; /* ask call 451 first */
};

/* What came out for one name. */
struct difference {
	uint32_t diff;
	bool vanished; /* the source is gone; nothing else counts */
	int error;     /* errno, or 0 */
	bool error_in_destination;
	bool has_source; /* `source` is filled */
	struct statx source;
};

/* `type` is what getdents64 said of the source, possibly DT_UNKNOWN. */
void differ(const struct compare_request *request, const char *name, unsigned char type,
	    struct difference *out);

#endif
