/* What both producers do with the records of linux/dirsync.h. */
#ifndef DIRSYNC_RECORD_H
#define DIRSYNC_RECORD_H

#include <stdbool.h>
#include <time.h>

#include "producer.h"

/* Bytes of a record with a name of that length: one NUL at least, rounded up to 8. */
static inline size_t record_length(size_t namelen)
{
	return (offsetof(struct dirsync_rec, name) + namelen + 1 + 7) & ~(size_t)7;
}

/* False, with errno EINVAL, when `compare` or `report` has a bit that means nothing. */
bool request_is_valid(const struct compare_request *request);

/* The present as file systems see it when they stamp a file: it advances once a timer tick. */
struct timespec stamping_time(void);

/* Whether the source's entry is a regular file whose mtime is so close to `now` as to be racy. */
bool record_is_racy(const struct compare_request *request, const struct dirsync_rec *record,
		    const struct timespec *now);

/* Whether the entry is to be returned. */
bool record_is_wanted(const struct compare_request *request, const struct dirsync_rec *record);

/*
 * Turns a list of the source, with all attributes, into its comparison with a destination in which
 * nothing is: in place. Returns the length that is left of `length`.
 */
size_t complete_missing(const struct compare_request *request, void *buffer, size_t length);

/* |a - b| > slack in nanoseconds, for any times that a file can have. */
bool times_differ(int64_t a_sec, uint32_t a_nsec, int64_t b_sec, uint32_t b_nsec,
		  uint64_t slack_ns);

#endif
