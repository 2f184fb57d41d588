/* What both producers do with records: see record.h. */
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define NS_PER_SEC 1000000000

bool times_differ(int64_t a_sec, uint32_t a_nsec, int64_t b_sec, uint32_t b_nsec, uint64_t slack_ns)
{
	__int128 distance =
		((__int128)a_sec - b_sec) * NS_PER_SEC + ((__int128)a_nsec - (__int128)b_nsec);

	return (distance < 0 ? -distance : distance) > slack_ns;
}

/* RACY is found, but not by comparing. */
#define COMPARE_BITS                                                                             \
	(DIRSYNC_DIFF_MISSING | DIRSYNC_DIFF_TYPE | DIRSYNC_DIFF_SIZE | DIRSYNC_DIFF_MTIME |     \
	 DIRSYNC_DIFF_MODE | DIRSYNC_DIFF_OWNER | DIRSYNC_DIFF_LINK | DIRSYNC_DIFF_RDEV)
#define REPORT_BITS                                                                              \
	(COMPARE_BITS | DIRSYNC_DIFF_RACY | DIRSYNC_REPORT_DIRS | DIRSYNC_REPORT_ALL |           \
	 DIRSYNC_REPORT_LINKED)

bool request_is_valid(const struct compare_request *request)
{
	if ((request->compare & ~COMPARE_BITS) == 0 && (request->report & ~REPORT_BITS) == 0)
		return true;
	errno = EINVAL;
	return false;
}

struct timespec stamping_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now;
}

bool record_is_racy(const struct compare_request *request, const struct dirsync_rec *record,
		    const struct timespec *now)
{
	return request->racy_ns != 0 && record->type == DT_REG &&
	       !times_differ(record->mtime_sec, record->mtime_nsec, now->tv_sec,
			     (uint32_t)now->tv_nsec, request->racy_ns);
}

bool record_is_wanted(const struct compare_request *request, const struct dirsync_rec *record)
{
	if (record->err != 0 || (record->diff & request->report) != 0)
		return true;
	if (request->report & DIRSYNC_REPORT_ALL)
		return true;
	if (record->type == DT_DIR)
		return (request->report & DIRSYNC_REPORT_DIRS) != 0;
	return (request->report & DIRSYNC_REPORT_LINKED) && record->nlink > 1;
}

size_t complete_missing(const struct compare_request *request, void *buffer, size_t length)
{
	const struct timespec now = stamping_time();
	char *bytes = buffer;
	struct dirsync_hdr header;
	size_t used = sizeof(header);

	/* Copied out and in: the buffer may start anywhere. */
	memcpy(&header, bytes, sizeof(header));
	header.nr_records = 0;
	for (size_t at = sizeof(header); at < length;) {
		struct dirsync_rec record;
		size_t reclen;

		memcpy(&record, bytes + at, sizeof(record));
		reclen = record.reclen;
		if (record.err == 0)
			record.diff = DIRSYNC_DIFF_MISSING |
				      (record_is_racy(request, &record, &now) ? DIRSYNC_DIFF_RACY
									       : 0);
		if (record_is_wanted(request, &record)) {
			memmove(bytes + used, bytes + at, reclen);
			memcpy(bytes + used, &record, sizeof(record));
			used += reclen;
			header.nr_records++;
		}
		at += reclen;
	}
	memcpy(bytes, &header, sizeof(header));
	return used;
}
