/*
 * One entry compared on both sides: the portable way, by statx(2), and the way with the kernel's
 * own call 451.
 *
 * 451 follows symlinks and knows whole seconds only, so it cannot have the last word on equality:
 * statx settles nanoseconds, type, mode and owner, and on a quiet tree both ways give the same
 * bytes. What 451 alone may decide: that a name exists, and that two regular files differ in size
 * or time (if they were made equal between the two calls, reporting them once more does no harm).
 */
#define _GNU_SOURCE
#include "differ.h"
#include "dirsync_stat.h"
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SEC 1000000000LL

/* |a - b| > slack, without overflow for any times that a file can have. */
static bool times_differ(const struct statx_timestamp *a, const struct statx_timestamp *b,
			 int64_t slack_ns)
{
	__int128 distance = ((__int128)a->tv_sec - b->tv_sec) * NS_PER_SEC +
			    ((__int128)a->tv_nsec - b->tv_nsec);

	return (distance < 0 ? -distance : distance) > slack_ns;
}

static bool is_young(const struct statx_timestamp *mtime, int64_t racy_ns)
{
	struct timespec now;

	if (racy_ns == 0)
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	const struct statx_timestamp present = { .tv_sec = now.tv_sec,
						 .tv_nsec = (uint32_t)now.tv_nsec };
	return !times_differ(mtime, &present, racy_ns);
}

/* 1 when the targets differ, 0 when equal, -1 with errno and the side on which it failed. */
static int links_differ(const struct compare_request *request, const char *name,
			bool *in_destination)
{
	char source[PATH_MAX], destination[PATH_MAX];
	ssize_t source_length = readlinkat(request->source, name, source, sizeof(source));
	ssize_t destination_length;

	*in_destination = false;
	if (source_length < 0)
		return -1;
	*in_destination = true;
	destination_length =
		readlinkat(request->destination, name, destination, sizeof(destination));
	if (destination_length < 0)
		return -1;
	return source_length != destination_length ||
	       memcmp(source, destination, (size_t)source_length) != 0;
}

/* The bits in which two files of the same type differ, all but LINK. */
static uint32_t attributes_differ(const struct compare_request *request, const struct statx *a,
				  const struct statx *b)
{
	unsigned char type = stat_type(a);
	uint32_t diff = 0;

	if (type == DT_REG && a->stx_size != b->stx_size)
		diff |= DIFF_SIZE;
	if (type != DT_DIR && times_differ(&a->stx_mtime, &b->stx_mtime, request->mtime_slack_ns))
		diff |= DIFF_MTIME;
	if (type != DT_LNK && (a->stx_mode & 07777) != (b->stx_mode & 07777))
		diff |= DIFF_MODE;
	if (a->stx_uid != b->stx_uid || a->stx_gid != b->stx_gid)
		diff |= DIFF_OWNER;
	if ((type == DT_CHR || type == DT_BLK) &&
	    (a->stx_rdev_major != b->stx_rdev_major || a->stx_rdev_minor != b->stx_rdev_minor))
		diff |= DIFF_RDEV;
	return diff & request->compare;
}

/*
 * Through /proc the path stays short, however deep the directory is, and needs no current
 * directory.
 */
static int dirsync_stat_at(int dir, const char *name, struct dirsync_info *info)
{
	char path[NAME_MAX + 64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
	return dirsync_stat(path, info);
}

/* The bits of SIZE and MTIME in which 451 says that the two differ; 0 when it cannot tell. */
static uint32_t kernel_differ(const struct compare_request *request, const char *name)
{
	struct dirsync_info a, b;
	int64_t seconds;
	uint32_t diff = 0;

	if (dirsync_stat_at(request->source, name, &a) != 0 ||
	    dirsync_stat_at(request->destination, name, &b) != 0)
		return 0;
	if (!a.exists || !b.exists)
		return 0;
	if (a.size != b.size)
		diff |= DIFF_SIZE;
	seconds = a.mtime > b.mtime ? a.mtime - b.mtime : b.mtime - a.mtime;
	/* Times whose seconds are n apart are more than n - 1 seconds apart. */
	if (seconds > 0 && (__int128)(seconds - 1) * NS_PER_SEC >= request->mtime_slack_ns)
		diff |= DIFF_MTIME;
	return diff & request->compare;
}

static void differ_on_both_sides(const struct compare_request *request, const char *name,
				 struct difference *out)
{
	struct statx destination;
	uint32_t early = 0;
	int result;

	if (request->kernel && stat_type(&out->source) == DT_REG)
		early = kernel_differ(request, name);
	if (stat_at(request->destination, name, &destination) < 0) {
		out->error = errno == ENOENT ? 0 : errno;
		out->error_in_destination = out->error != 0;
		out->diff = errno == ENOENT ? DIFF_MISSING : 0;
		return;
	}
	if (stat_type(&out->source) != stat_type(&destination)) {
		out->diff = DIFF_TYPE;
		return;
	}
	out->diff = attributes_differ(request, &out->source, &destination) | early;
	if (stat_type(&destination) != DT_LNK || !(request->compare & DIFF_LINK))
		return;
	result = links_differ(request, name, &out->error_in_destination);
	if (result < 0)
		out->error = errno;
	else if (result > 0)
		out->diff |= DIFF_LINK;
}

/* The cheap question of who looks for extras: is the name there at all? */
static void differ_in_existence(const struct compare_request *request, const char *name,
				struct difference *out)
{
	struct dirsync_info info;
	struct statx destination;

	/*
	 * Whatever a symlink leads to exists only if the symlink does, so "exists" is the truth;
	 * its contrary may not be.
	 */
	if (request->kernel && dirsync_stat_at(request->destination, name, &info) == 0 &&
	    info.exists)
		return;
	if (stat_at(request->destination, name, &destination) == 0)
		return;
	if (errno == ENOENT) {
		out->diff = DIFF_MISSING;
		return;
	}
	out->error = errno;
	out->error_in_destination = true;
}

static void read_source(const struct compare_request *request, const char *name,
			struct difference *out)
{
	if (stat_at(request->source, name, &out->source) == 0) {
		out->has_source = true;
		return;
	}
	out->vanished = errno == ENOENT;
	out->error = errno;
}

void differ(const struct compare_request *request, const char *name, unsigned char type,
	    struct difference *out)
{
	bool only_existence = (request->report & ~(DIFF_MISSING | REPORT_DIRS)) == 0;

	memset(out, 0, offsetof(struct difference, source));
	if (only_existence && request->destination >= 0) {
		differ_in_existence(request, name, out);
		/*
		 * Attributes are read for what will be returned only; DT_UNKNOWN may turn out to be
		 * a directory.
		 */
		if (out->error == 0 && (out->diff != 0 || type == DT_DIR || type == DT_UNKNOWN))
			read_source(request, name, out);
		return;
	}
	read_source(request, name, out);
	if (!out->has_source)
		return;
	if (request->destination < 0)
		out->diff = DIFF_MISSING;
	else
		differ_on_both_sides(request, name, out);
	if (stat_type(&out->source) == DT_REG && is_young(&out->source.stx_mtime, request->racy_ns))
		out->diff |= DIFF_RACY;
}
