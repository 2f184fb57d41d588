/*
 * Reads two files side by side, up to the first difference.
 *
 * Both are local, so a hash would only read more. Ranges that are holes on both sides are skipped.
 */
#include "same_content.h"
#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (128L << 10)

static int fail_with(struct comparison *comparison, int error, const char *call)
{
	comparison->error = error;
	comparison->failed_call = call;
	return -1;
}

static int fail(struct comparison *comparison, const char *call)
{
	return fail_with(comparison, errno, call);
}

/* O_NONBLOCK: a FIFO that has taken the file's place must not hang us. Returns the fd, or -1. */
static int open_regular(struct comparison *comparison, int dir, off_t *size)
{
	int fd = openat(dir, comparison->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct statx stat;

	if (fd < 0)
		return fail(comparison, "openat");
	if (stat_fd(fd, &stat) < 0)
		fail(comparison, "statx");
	else if (stat_type(&stat) != (S_IFREG >> 12))
		fail_with(comparison, EINVAL, "sameContent");
	else {
		*size = (off_t)stat.stx_size;
		return fd;
	}
	close(fd);
	return -1;
}

/* Where the next data is, from `at` on; `size` when there is none. */
static off_t next_data(int fd, off_t at, off_t size)
{
	off_t found = lseek(fd, at, SEEK_DATA);

	if (found >= 0)
		return found < size ? found : size;
	/* Anything but "only a hole is left": a file system that does not know its holes. */
	return errno == ENXIO ? size : at;
}

/* Bytes read, fewer only at the end of the file; -1 with errno. */
static ssize_t read_chunk(int fd, char *into, size_t length, off_t at)
{
	size_t got = 0;

	while (got < length) {
		ssize_t part = pread(fd, into + got, length - got, at + (off_t)got);

		if (part < 0 && errno == EINTR)
			continue;
		if (part < 0)
			return -1;
		if (part == 0)
			break;
		got += (size_t)part;
	}
	return (ssize_t)got;
}

static int compare_all(struct comparison *comparison, int a, int b, off_t size, char *buffers)
{
	for (off_t at = 0; at < size;) {
		off_t in_a = next_data(a, at, size), in_b = next_data(b, at, size);
		size_t length;
		ssize_t got_a, got_b;

		at = in_a < in_b ? in_a : in_b;
		length = (size_t)(size - at < CHUNK_BYTES ? size - at : CHUNK_BYTES);
		if (copy_group_is_cancelled(comparison->group))
			return fail_with(comparison, ECANCELED, "sameContent");
		got_a = read_chunk(a, buffers, length, at);
		got_b = got_a < 0 ? -1 : read_chunk(b, buffers + CHUNK_BYTES, length, at);
		if (got_b < 0)
			return fail(comparison, "pread");
		if (got_a != got_b || memcmp(buffers, buffers + CHUNK_BYTES, (size_t)got_a) != 0)
			return 0;
		at += (off_t)length;
	}
	comparison->same = true;
	return 0;
}

static void compare_open(struct comparison *comparison, int a, int b, off_t a_size, off_t b_size)
{
	char *buffers;

	if (a_size != b_size)
		return;
	buffers = malloc(2 * CHUNK_BYTES);
	if (buffers == NULL) {
		fail(comparison, "malloc");
		return;
	}
	compare_all(comparison, a, b, a_size, buffers);
	free(buffers);
}

void compare_content(struct comparison *comparison)
{
	off_t a_size, b_size;
	int a, b;

	a = open_regular(comparison, comparison->source_dir, &a_size);
	if (a < 0)
		return;
	b = open_regular(comparison, comparison->destination_dir, &b_size);
	if (b >= 0) {
		compare_open(comparison, a, b, a_size, b_size);
		close(b);
	}
	close(a);
}
