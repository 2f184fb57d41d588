/*
 * One file copied into a temporary name beside its destination, complete with attributes, and then
 * renamed over it.
 *
 * Data goes the cheapest way that works: FICLONE shares the blocks, copy_file_range leaves the
 * copying to the kernel or the server, read and write always work. Holes stay holes. The source is
 * looked at before and after; when it changed meanwhile, the copy is thrown away. Never more than
 * the size at the start is copied, so a file that grows for ever does not hold up others.
 */
#include "copy.h"
#include "new_file.h"
#include "throttle.h"
#include "xattr.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* At most so much goes to the kernel at once, so that a cancelled copy of a huge file ends soon. */
#define STEP_BYTES (8L << 20)
/* Up to here one read and one write are faster than asking for anything cleverer. */
#define SMALL_BYTES (64L << 10)
#define BUFFER_BYTES (256L << 10)

/* Moved by the copies that run now. */
static atomic_ullong unfinished;

uint64_t copy_bytes_in_flight(void)
{
	return atomic_load_explicit(&unfinished, memory_order_relaxed);
}

static void moved(struct copy *copy, uint64_t bytes)
{
	copy->bytes += bytes;
	atomic_fetch_add_explicit(&unfinished, bytes, memory_order_relaxed);
}

static int fail_with(struct copy *copy, int error, const char *call, const char *name)
{
	copy->error = error;
	copy->failed_call = call;
	copy->failed_name = name;
	return -1;
}

static int fail(struct copy *copy, const char *call, const char *name)
{
	return fail_with(copy, errno, call, name);
}

static bool is_cancelled(const void *context)
{
	const struct copy *copy = context;

	return copy_group_is_cancelled(copy->group);
}

static int check_cancelled(struct copy *copy)
{
	return is_cancelled(copy) ? fail_with(copy, ECANCELED, "copyFile", copy->source_name) : 0;
}

/* Waits for its turn under a limit of the rate. */
static int await_turn(struct copy *copy, size_t bytes)
{
	if (check_cancelled(copy) < 0)
		return -1;
	return throttle_wait(bytes, is_cancelled, copy) ? 0 : check_cancelled(copy);
}

/* O_NONBLOCK: a FIFO that has taken the file's place must not hang us. Returns the fd, or -1. */
static int open_source(struct copy *copy)
{
	int fd = openat(copy->source_dir, copy->source_name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return fail(copy, "openat", copy->source_name);
	if (stat_fd(fd, &copy->source) < 0)
		fail(copy, "statx", copy->source_name);
	else if (stat_type(&copy->source) != (S_IFREG >> 12))
		fail_with(copy, EINVAL, "copyFile", copy->source_name);
	else
		return fd;
	close(fd);
	return -1;
}

/* 1: done, 0: this way does not work here, -1: failed. */
static int clone_whole(struct copy *copy, int in, int out)
{
	if (ioctl(out, FICLONE, in) < 0)
		return 0;
	copy->method = COPY_CLONE;
	moved(copy, copy->source.stx_size);
	return 1;
}

static bool is_unsupported(int error)
{
	return error == EXDEV || error == EOPNOTSUPP || error == EINVAL || error == ENOSYS ||
	       error == EPERM;
}

/*
 * Copies [*at, end) and moves *at. 1: done, 0: the rest must go another way, -1: failed.
 *
 * Zero bytes before the end means either that the file has shrunk, or a file system that cannot do
 * it and says so this way (procfs, some FUSE): read and write will find out.
 */
static int range_span(struct copy *copy, int in, int out, off_t *at, off_t end)
{
	while (*at < end) {
		off_t in_at = *at, out_at = *at;
		size_t step = (size_t)(end - *at < STEP_BYTES ? end - *at : STEP_BYTES);
		ssize_t copied;

		step = throttle_step(step);
		if (await_turn(copy, step) < 0)
			return -1;
		copied = copy_file_range(in, &in_at, out, &out_at, step, 0);
		if (copied < 0 && errno == EINTR)
			continue;
		if (copied == 0 || (copied < 0 && is_unsupported(errno)))
			return 0;
		if (copied < 0)
			return fail(copy, "copy_file_range", copy->temp_name);
		*at += copied;
		moved(copy, (uint64_t)copied);
	}
	return 1;
}

static int write_all(struct copy *copy, int out, const char *data, size_t length, off_t at)
{
	while (length > 0) {
		ssize_t written = pwrite(out, data, length, at);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return fail(copy, "pwrite", copy->temp_name);
		data += written;
		length -= (size_t)written;
		at += written;
		moved(copy, (uint64_t)written);
	}
	return 0;
}

/* Ends early when the source has become shorter, or gives less than its size says: see check_unchanged. */
static int readwrite_span(struct copy *copy, int in, int out, off_t at, off_t end, char *buffer,
			  size_t size)
{
	copy->method = COPY_READWRITE;
	while (at < end) {
		size_t step = (size_t)(end - at) < size ? (size_t)(end - at) : size;
		ssize_t got;

		step = throttle_step(step);
		if (await_turn(copy, step) < 0)
			return -1;
		got = pread(in, buffer, step, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(copy, "pread", copy->source_name);
		if (got == 0) {
			copy->cut_short = true;
			return 0;
		}
		if (write_all(copy, out, buffer, (size_t)got, at) < 0)
			return -1;
		at += got;
	}
	return 0;
}

static int copy_span(struct copy *copy, int in, int out, off_t at, off_t end)
{
	char *buffer;
	int result;

	if (copy->method == COPY_RANGE) {
		result = range_span(copy, in, out, &at, end);
		if (result != 0)
			return result < 0 ? -1 : 0;
	}
	buffer = malloc(BUFFER_BYTES);
	if (buffer == NULL)
		return fail(copy, "malloc", copy->source_name);
	result = readwrite_span(copy, in, out, at, end, buffer, BUFFER_BYTES);
	free(buffer);
	return result;
}

/* The next span of data from `at` on, within `size`. 1: found, 0: only a hole is left, -1: failed. */
static int next_data(struct copy *copy, int in, off_t at, off_t size, off_t *begin, off_t *end)
{
	*begin = lseek(in, at, SEEK_DATA);
	if (*begin < 0 && errno == ENXIO)
		return 0;
	/* A file system that does not know its holes: all is data. */
	if (*begin < 0 && errno == EINVAL) {
		*begin = at;
		*end = size;
		return 1;
	}
	if (*begin < 0)
		return fail(copy, "lseek", copy->source_name);
	*end = lseek(in, *begin, SEEK_HOLE);
	if (*end < 0 || *end > size)
		*end = size;
	return *begin < size;
}

static int copy_spans(struct copy *copy, int in, int out)
{
	off_t size = (off_t)copy->source.stx_size;
	off_t at = 0, begin, end;
	int found;

	copy->method = COPY_RANGE;
	while (at < size && (found = next_data(copy, in, at, size, &begin, &end)) != 0) {
		if (found < 0 || copy_span(copy, in, out, begin, end) < 0)
			return -1;
		at = end;
	}
	/* Makes a hole at the end as long as it was. */
	return ftruncate(out, size) < 0 ? fail(copy, "ftruncate", copy->temp_name) : 0;
}

static int copy_small(struct copy *copy, int in, int out)
{
	char buffer[SMALL_BYTES];

	return readwrite_span(copy, in, out, 0, (off_t)copy->source.stx_size, buffer,
			      sizeof(buffer));
}

static bool is_small(const struct statx *source)
{
	return source->stx_size <= SMALL_BYTES && source->stx_blocks * 512 >= source->stx_size;
}

static int copy_data(struct copy *copy, int in, int out)
{
	if (is_small(&copy->source))
		return copy_small(copy, in, out);
	if (clone_whole(copy, in, out))
		return 0;
	return copy_spans(copy, in, out);
}

static int copy_xattrs(struct copy *copy, int in, int out)
{
	const struct xattr_side source = { .fd = in }, destination = { .fd = out };
	int bits = xattrs_copy(&source, &destination);

	if (bits < 0)
		return fail(copy, "fsetxattr", copy->temp_name);
	copy->xattrs_refused = (bits & XATTRS_REFUSED) != 0;
	return 0;
}

static mode_t wanted_mode(const struct copy *copy)
{
	return (mode_t)(copy->mode >= 0 ? copy->mode : copy->source.stx_mode) & 07777;
}

/*
 * Owner before mode, because a change of owner clears setuid; times last, because all else touches
 * them. What is right already is not set: a look costs less than a transaction of the file system.
 */
static int copy_attributes(struct copy *copy, int in, int out)
{
	const struct statx *source = &copy->source;
	const struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = source->stx_mtime.tv_sec, .tv_nsec = source->stx_mtime.tv_nsec },
	};
	mode_t mode = wanted_mode(copy);
	struct statx made;
	bool touched = copy->xattrs;

	if (stat_fd(out, &made) < 0)
		return fail(copy, "statx", copy->temp_name);
	if (copy->owner && (made.stx_uid != source->stx_uid || made.stx_gid != source->stx_gid)) {
		if (fchown(out, source->stx_uid, source->stx_gid) < 0)
			return fail(copy, "fchown", copy->temp_name);
		touched = true;
	}
	if (copy->xattrs && copy_xattrs(copy, in, out) < 0)
		return -1;
	if ((touched || (made.stx_mode & 07777) != mode) && fchmod(out, mode) < 0)
		return fail(copy, "fchmod", copy->temp_name);
	if (futimens(out, times) < 0)
		return fail(copy, "futimens", copy->temp_name);
	if (copy->fsync && fsync(out) < 0)
		return fail(copy, "fsync", copy->temp_name);
	return 0;
}

static bool same_time(const struct statx_timestamp *a, const struct statx_timestamp *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* A file that has not changed and yet gives less than its size, as in sysfs, has no faithful copy. */
static int check_unchanged(struct copy *copy, int in)
{
	const struct statx *before = &copy->source;
	struct statx after;

	if (stat_fd(in, &after) < 0)
		return fail(copy, "statx", copy->source_name);
	copy->changed = before->stx_size != after.stx_size ||
			!same_time(&before->stx_mtime, &after.stx_mtime) ||
			!same_time(&before->stx_ctime, &after.stx_ctime);
	if (copy->cut_short && !copy->changed)
		return fail_with(copy, ENODATA, "pread", copy->source_name);
	return 0;
}

static int publish(struct copy *copy, struct new_file *out)
{
	if (!copy->rename)
		return new_file_keep(out) < 0 ? fail(copy, out->failed_call, copy->temp_name) : 0;
	if (new_file_publish(out, copy->final_name) < 0) {
		copy->named |= errno == EOPNOTSUPP;
		return fail(copy, out->failed_call, copy->final_name);
	}
	if (copy->fsync && fsync(copy->destination_dir) < 0)
		return fail(copy, "fsync", copy->final_name);
	return 0;
}

static int fill_new(struct copy *copy, int in)
{
	struct new_file out = {
		.directory = copy->destination_dir,
		.temp_name = copy->temp_name,
		.mode = wanted_mode(copy),
		.nameless = copy->plain != NULL && !copy->named,
	};

	if (new_file_open(&out) < 0)
		return fail(copy, out.failed_call, copy->temp_name);
	copy->named = !out.nameless;
	if (copy_data(copy, in, out.fd) == 0 && check_unchanged(copy, in) == 0 && !copy->changed &&
	    copy_attributes(copy, in, out.fd) == 0)
		return publish(copy, &out);
	new_file_discard(&out);
	return copy->changed ? 0 : -1;
}

/* A change in the future, by another machine's clock, is none of a moment ago. */
static bool is_at_rest(const struct statx *source, int64_t rest_ns)
{
	struct timespec now;
	int64_t age;

	clock_gettime(CLOCK_REALTIME, &now);
	age = (now.tv_sec - source->stx_ctime.tv_sec) * INT64_C(1000000000) + now.tv_nsec -
	      source->stx_ctime.tv_nsec;
	return age >= rest_ns || age <= -rest_ns;
}

static bool is_plain(const struct statx *source, const struct plain *plain)
{
	return is_small(source) && source->stx_nlink == 1 &&
	       ((plain->young && source->stx_size > 0) || is_at_rest(source, plain->rest_ns));
}

static bool is_taken(int directory, const char *name)
{
	struct statx found;

	return stat_at(directory, name, &found) == 0;
}

void copy_run(struct copy *copy)
{
	int in;

	copy->method = COPY_READWRITE;
	if (check_cancelled(copy) < 0)
		return;
	in = open_source(copy);
	if (in < 0)
		return;
	copy->skipped = copy->plain != NULL && (!is_plain(&copy->source, copy->plain) ||
						is_taken(copy->destination_dir, copy->final_name));
	if (!copy->skipped)
		fill_new(copy, in);
	close(in);
	atomic_fetch_sub_explicit(&unfinished, copy->bytes, memory_order_relaxed);
}
