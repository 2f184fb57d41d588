/*
 * A directory compared with another one, into a buffer of records (linux/dirsync.h says their
 * format): by the kernel's own calls, or by statx(2) on any kernel. Both give the same bytes for
 * the same directories, but that they may divide a long walk into slices at different names.
 */
#ifndef DIRSYNC_PRODUCER_H
#define DIRSYNC_PRODUCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/dirsync.h>
#include <sys/types.h>

/* Instead of a destination that does not exist. */
#define NOTHING (-1)

struct compare_request {
	int source;
	int destination;
	uint32_t compare;
	uint32_t report;
	uint64_t max_entries; /* 0: no limit */
	uint64_t mtime_slack_ns;
	uint64_t racy_ns; /* 0: none is racy */
};

/*
 * Fills `buffer` with what comes next in the source directory, and returns how many bytes it wrote,
 * or -1 with errno. The only state between two calls is the position of the source's fd.
 */
ssize_t kernel_compare(const struct compare_request *request, void *buffer, size_t size);
ssize_t portable_compare(const struct compare_request *request, void *buffer, size_t size);

#endif
