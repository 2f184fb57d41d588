/* One entry, looked at by statx(2): see differ.h. The rules are those of dirsync_diff(2). */
#include "differ.h"
#include "calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static void fail(struct dirsync_rec *record, int error, bool in_destination)
{
	record->err = (int16_t)-error;
	record->flags = in_destination ? DIRSYNC_REC_ERR_DST : 0;
}

/* What the file system does not know stays 0, whatever statx(2) has put there. */
static void set_attributes(struct dirsync_rec *record, const struct statx *source)
{
	uint32_t mask = source->stx_mask & DIRSYNC_ATTRIBUTES;

	record->mask = mask;
	if (mask & STATX_TYPE)
		record->type = stat_type(source);
	if (mask & STATX_INO)
		record->ino = source->stx_ino;
	if (mask & STATX_SIZE)
		record->size = source->stx_size;
	if (mask & STATX_MTIME) {
		record->mtime_sec = source->stx_mtime.tv_sec;
		record->mtime_nsec = source->stx_mtime.tv_nsec;
	}
	if (mask & STATX_MODE)
		record->mode = source->stx_mode & 07777;
	if (mask & STATX_UID)
		record->uid = source->stx_uid;
	if (mask & STATX_GID)
		record->gid = source->stx_gid;
	if (mask & STATX_NLINK)
		record->nlink = source->stx_nlink;
}

/* False when there is no such entry; else `record` has its attributes, or the reason why not. */
static bool read_source(const struct compare_request *request, const char *name,
			struct dirsync_rec *record, struct statx *source)
{
	if (stat_at(request->source, name, source) != 0) {
		if (errno == ENOENT)
			return false;
		fail(record, errno, false);
		return true;
	}
	set_attributes(record, source);
	return true;
}

bool look_at(const struct compare_request *request, const char *name, unsigned char type,
	     struct dirsync_rec *record)
{
	struct statx source;

	*record = (struct dirsync_rec){ .type = type };
	return read_source(request, name, record, &source);
}

/* 1 when the targets differ, 0 when equal, -1 when `record` says why that cannot be told. */
static int links_differ(const struct compare_request *request, const char *name,
			struct dirsync_rec *record)
{
	char source[PATH_MAX], destination[PATH_MAX];
	ssize_t source_length = readlinkat(request->source, name, source, sizeof(source));
	ssize_t destination_length;

	if (source_length < 0) {
		fail(record, errno, false);
		return -1;
	}
	destination_length =
		readlinkat(request->destination, name, destination, sizeof(destination));
	if (destination_length < 0) {
		fail(record, errno, true);
		return -1;
	}
	return source_length != destination_length ||
	       memcmp(source, destination, (size_t)source_length) != 0;
}

uint32_t attributes_differ(const struct compare_request *request, const struct statx *a,
			   const struct statx *b)
{
	unsigned char type = stat_type(a);
	uint32_t diff = 0;

	if (type == DT_REG && a->stx_size != b->stx_size)
		diff |= DIRSYNC_DIFF_SIZE;
	if (type != DT_DIR &&
	    times_differ(a->stx_mtime.tv_sec, a->stx_mtime.tv_nsec, b->stx_mtime.tv_sec,
			 b->stx_mtime.tv_nsec, request->mtime_slack_ns))
		diff |= DIRSYNC_DIFF_MTIME;
	if (type != DT_LNK && (a->stx_mode & 07777) != (b->stx_mode & 07777))
		diff |= DIRSYNC_DIFF_MODE;
	if (a->stx_uid != b->stx_uid || a->stx_gid != b->stx_gid)
		diff |= DIRSYNC_DIFF_OWNER;
	if ((type == DT_CHR || type == DT_BLK) &&
	    (a->stx_rdev_major != b->stx_rdev_major || a->stx_rdev_minor != b->stx_rdev_minor))
		diff |= DIRSYNC_DIFF_RDEV;
	return diff & request->compare;
}

static void compare_destination(const struct compare_request *request, const char *name,
				const struct statx *source, struct dirsync_rec *record)
{
	struct statx destination;

	if (stat_at(request->destination, name, &destination) != 0) {
		if (errno == ENOENT)
			record->diff = DIRSYNC_DIFF_MISSING;
		else
			fail(record, errno, true);
		return;
	}
	if (stat_type(source) != stat_type(&destination)) {
		record->diff = DIRSYNC_DIFF_TYPE;
		return;
	}
	record->diff = attributes_differ(request, source, &destination);
	if (record->type == DT_LNK && (request->compare & DIRSYNC_DIFF_LINK) &&
	    links_differ(request, name, record) > 0)
		record->diff |= DIRSYNC_DIFF_LINK;
}

/* The question of who looks for extras: is the name there at all? Nothing else will be told. */
static bool asks_for_existence(const struct compare_request *request)
{
	return (request->report & ~(uint32_t)(DIRSYNC_DIFF_MISSING | DIRSYNC_REPORT_DIRS)) == 0;
}

static bool differ_in_existence(const struct compare_request *request, const char *name,
				struct dirsync_rec *record)
{
	struct statx source, destination;
	bool returned;

	if (stat_at(request->destination, name, &destination) != 0) {
		if (errno != ENOENT) {
			fail(record, errno, true);
			return true;
		}
		record->diff = DIRSYNC_DIFF_MISSING;
	}
	/* DT_UNKNOWN may turn out to be a directory. */
	returned = (record->diff & request->report) != 0 ||
		   ((request->report & DIRSYNC_REPORT_DIRS) &&
		    (record->type == DT_DIR || record->type == DT_UNKNOWN));
	return !returned || read_source(request, name, record, &source);
}

bool differ(const struct compare_request *request, const char *name, unsigned char type,
	    const struct timespec *now, struct dirsync_rec *record)
{
	struct statx source;

	*record = (struct dirsync_rec){ .type = type };
	if (asks_for_existence(request))
		return differ_in_existence(request, name, record);
	if (!read_source(request, name, record, &source))
		return false;
	if (record->err != 0)
		return true;
	compare_destination(request, name, &source, record);
	if (record_is_racy(request, record, now))
		record->diff |= DIRSYNC_DIFF_RACY;
	return true;
}
