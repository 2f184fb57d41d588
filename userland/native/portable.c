/*
 * The producer for every kernel: getdents64(2), and statx(2) for each name on both sides.
 *
 * No more names are taken from the kernel than there is room for. Seeking back behind the last name
 * that was looked at would lose names: on tmpfs (before 6.6), ramfs and others a position is a count
 * of the names before it, and another one as soon as one of those is removed.
 */
#include "calls.h"
#include "differ.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

struct slice {
	const struct compare_request *request;
	struct dirsync_hdr header;
	char *buffer;
	size_t size;
	size_t used;
};

/* `record` without its lengths. */
static void append_record(struct slice *slice, const char *name, const struct dirsync_rec *record)
{
	size_t namelen = strlen(name);
	size_t length = record_length(namelen);
	struct dirsync_rec whole = *record;

	whole.reclen = (uint16_t)length;
	whole.namelen = (uint16_t)namelen;
	/* Byte-wise: the caller's buffer may start anywhere. */
	memset(slice->buffer + slice->used, 0, length);
	memcpy(slice->buffer + slice->used, &whole, sizeof(whole));
	memcpy(slice->buffer + slice->used + sizeof(whole), name, namelen);
	slice->used += length;
	slice->header.nr_records++;
}

static void scan_entry(struct slice *slice, const struct dirent64 *entry,
		       const struct timespec *now)
{
	const struct compare_request *request = slice->request;
	const bool lists = request->destination == NOTHING;
	struct dirsync_rec record;
	bool found;

	slice->header.nr_scanned++;
	found = lists ? look_at(request, entry->d_name, entry->d_type, &record) :
			differ(request, entry->d_name, entry->d_type, now, &record);
	if (!found) {
		slice->header.nr_vanished++;
		return;
	}
	if (record.err != 0)
		slice->header.nr_errors++;
	if (lists || record_is_wanted(request, &record))
		append_record(slice, entry->d_name, &record);
}

static bool has_room(const struct slice *slice, const char *name)
{
	uint64_t limit = slice->request->max_entries;

	if (limit != 0 && slice->header.nr_scanned >= limit)
		return false;
	return slice->size - slice->used >= record_length(strlen(name));
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* What getdents64 needs for one name, and what it needs at least for any. */
#define LONGEST_DIRENT ((offsetof(struct dirent64, d_name) + NAME_MAX + 1 + 7) & ~(size_t)7)
#define SHORTEST_DIRENT ((size_t)24)
/* The record of a name has at most so many times the bytes of its dirent: 72 to 24. */
#define RECORD_PER_DIRENT 3

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Bytes of names of which each surely has room; 0 when not even the longest name has. A slice that
 * has none yet takes one all the same, and may have to seek: that happens only in buffers of less
 * than a kilobyte, or when fewer than a dozen entries are asked for.
 */
static size_t chunk_bytes(const struct slice *slice, size_t limit)
{
	size_t bytes = least(limit, (slice->size - slice->used) / RECORD_PER_DIRENT);

	if (slice->request->max_entries != 0)
		bytes = least(bytes, (slice->request->max_entries - slice->header.nr_scanned) *
					     SHORTEST_DIRENT);
	if (bytes >= LONGEST_DIRENT)
		return bytes;
	return slice->header.nr_scanned == 0 ? LONGEST_DIRENT : 0;
}

/* 0, or -1 with errno when names may not be looked up in it: what every path through it needs. */
static int check_search(int dir)
{
	struct statx stat;

	return stat_at(dir, ".", &stat);
}

/*
 * 0, or -1 with errno when the directory was removed: each name is missing in it then, which is not
 * to be told as the truth. getdents64 says so before it finds that there is no room for a name
 * (EINVAL), and says as well what is no open directory.
 */
static int check_alive(int dir)
{
	char none;

	return read_entries(dir, &none, 0) < 0 && errno != EINVAL ? -1 : 0;
}

/* 1: go on, 0: this slice is finished, -1 with errno. */
static int scan_chunk(struct slice *slice)
{
	const struct compare_request *request = slice->request;
	const struct timespec now = stamping_time();
	_Alignas(struct dirent64) char entries[32768];
	size_t bytes = chunk_bytes(slice, sizeof(entries));
	off_t resume;
	ssize_t length;

	if (bytes == 0) {
		slice->header.flags |= DIRSYNC_HDR_SHORT;
		return 0;
	}
	resume = lseek(request->source, 0, SEEK_CUR);
	length = read_entries(request->source, entries, bytes);
	if (length < 0 && slice->header.nr_scanned == 0)
		return -1;
	/* What was read before an error is returned first, and the error next time. */
	if (length < 0) {
		slice->header.flags |= DIRSYNC_HDR_SHORT;
		return 0;
	}
	if (length == 0) {
		slice->header.flags |= DIRSYNC_HDR_EOF;
		return 0;
	}
	for (ssize_t at = 0; at < length;) {
		const struct dirent64 *entry = (const void *)(entries + at);

		if (!is_dot(entry->d_name)) {
			if (!has_room(slice, entry->d_name)) {
				slice->header.flags |= DIRSYNC_HDR_SHORT;
				return lseek(request->source, resume, SEEK_SET) < 0 ? -1 : 0;
			}
			scan_entry(slice, entry, &now);
		}
		resume = entry->d_off;
		at += entry->d_reclen;
	}
	return 1;
}

static int check_before(const struct compare_request *request, size_t size)
{
	if (!request_is_valid(request) || check_search(request->source) < 0)
		return -1;
	/* Any name must fit into an empty buffer, else a caller would loop for ever. */
	if (size < DIRSYNC_BUF_MIN) {
		errno = EINVAL;
		return -1;
	}
	return request->destination == NOTHING ? 0 : check_search(request->destination);
}

ssize_t portable_compare(const struct compare_request *request, void *buffer, size_t size)
{
	struct slice slice = {
		.request = request,
		.header = { .magic = DIRSYNC_MAGIC },
		.buffer = buffer,
		.size = size,
		.used = sizeof(slice.header),
	};
	int state;

	if (check_before(request, size) < 0)
		return -1;
	do {
		state = scan_chunk(&slice);
	} while (state > 0);
	if (state < 0)
		return -1;
	memcpy(buffer, &slice.header, sizeof(slice.header));
	if (request->destination == NOTHING)
		return (ssize_t)complete_missing(request, buffer, slice.used);
	return check_alive(request->destination) < 0 ? -1 : (ssize_t)slice.used;
}
