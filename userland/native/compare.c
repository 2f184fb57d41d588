/*
 * Two directories compared: one slice of the source's names per call, into a buffer of the caller.
 *
 * The only state between two calls is the position of the source's fd, as with getdents64 itself.
 * So no more names are taken from the kernel than there is room for. Seeking back behind the last
 * name that was looked at would lose names: on tmpfs (before 6.6), ramfs and others a position is a
 * count of the names before it, and another one as soon as one of those is removed.
 */
#define _GNU_SOURCE
#include "differ.h"
#include "dirsync_stat.h"
#include "methods.h"
#include "record.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct slice {
	struct dirsync_hdr header;
	char *buffer;
	size_t size;
	size_t used;
};

static void append_record(struct slice *slice, const char *name, unsigned char type,
			  const struct difference *found)
{
	size_t namelen = strlen(name);
	size_t length = record_length(namelen);
	struct dirsync_rec record = {
		.reclen = (uint16_t)length,
		.namelen = (uint16_t)namelen,
		.type = type,
		.flags = found->error_in_destination ? DIRSYNC_REC_ERR_DST : 0,
		.err = (int16_t)-found->error,
		.diff = found->diff,
	};

	if (found->has_source) {
		const struct statx *source = &found->source;

		record.type = stat_type(source);
		record.mask = STATX_BASIC_STATS;
		record.ino = source->stx_ino;
		record.size = source->stx_size;
		record.mtime_sec = source->stx_mtime.tv_sec;
		record.mtime_nsec = source->stx_mtime.tv_nsec;
		record.mode = source->stx_mode & 07777;
		record.uid = source->stx_uid;
		record.gid = source->stx_gid;
		record.nlink = source->stx_nlink;
	}
	/* Byte-wise: the caller's buffer may start anywhere. */
	memset(slice->buffer + slice->used, 0, length);
	memcpy(slice->buffer + slice->used, &record, offsetof(struct dirsync_rec, name));
	memcpy(slice->buffer + slice->used + offsetof(struct dirsync_rec, name), name, namelen);
	slice->used += length;
	slice->header.nr_records++;
}

static bool is_wanted(const struct compare_request *request, unsigned char type,
		      const struct difference *found)
{
	if (found->error != 0 || (found->diff & request->report) != 0 ||
	    (request->report & REPORT_ALL))
		return true;
	if (found->has_source)
		type = stat_type(&found->source);
	if (type == DT_DIR)
		return (request->report & REPORT_DIRS) != 0;
	return (request->report & REPORT_LINKED) && type == DT_REG && found->source.stx_nlink > 1;
}

static void compare_entry(const struct compare_request *request, const struct dirent64 *entry,
			  struct slice *slice)
{
	struct difference found;

	slice->header.nr_scanned++;
	differ(request, entry->d_name, entry->d_type, &found);
	if (found.vanished) {
		slice->header.nr_vanished++;
		return;
	}
	if (found.error != 0)
		slice->header.nr_errors++;
	if (is_wanted(request, entry->d_type, &found))
		append_record(slice, entry->d_name, entry->d_type, &found);
}

static bool has_room(const struct compare_request *request, const struct slice *slice,
		     const char *name)
{
	if (request->max_entries != 0 && slice->header.nr_scanned >= request->max_entries)
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
static size_t chunk_bytes(const struct compare_request *request, const struct slice *slice,
			  size_t limit)
{
	size_t bytes = least(limit, (slice->size - slice->used) / RECORD_PER_DIRENT);

	if (request->max_entries != 0)
		bytes = least(bytes, (request->max_entries - slice->header.nr_scanned) *
					     SHORTEST_DIRENT);
	if (bytes >= LONGEST_DIRENT)
		return bytes;
	return slice->header.nr_scanned == 0 ? LONGEST_DIRENT : 0;
}

/* 1: go on, 0: this slice is finished, -1 with errno. */
static int compare_chunk(const struct compare_request *request, struct slice *slice)
{
	_Alignas(struct dirent64) char entries[32768];
	size_t bytes = chunk_bytes(request, slice, sizeof(entries));
	off_t resume;
	ssize_t length;

	if (bytes == 0) {
		slice->header.flags |= DIRSYNC_HDR_SHORT;
		return 0;
	}
	resume = lseek(request->source, 0, SEEK_CUR);
	length = getdents64(request->source, entries, bytes);
	atomic_fetch_add_explicit(&counters.getdents, 1, memory_order_relaxed);
	if (length < 0)
		return -1;
	if (length == 0) {
		slice->header.flags |= DIRSYNC_HDR_EOF;
		return 0;
	}
	for (ssize_t at = 0; at < length;) {
		const struct dirent64 *entry = (const void *)(entries + at);

		if (!is_dot(entry->d_name)) {
			if (!has_room(request, slice, entry->d_name)) {
				slice->header.flags |= DIRSYNC_HDR_SHORT;
				return lseek(request->source, resume, SEEK_SET) < 0 ? -1 : 0;
			}
			compare_entry(request, entry, slice);
		}
		resume = entry->d_off;
		at += entry->d_reclen;
	}
	return 1;
}

/* Bytes written, or -1 with errno. */
static ssize_t compare_slice(const struct compare_request *request, char *buffer, size_t size)
{
	struct slice slice = {
		.header = { .magic = DIRSYNC_MAGIC },
		.buffer = buffer,
		.size = size,
		.used = sizeof(slice.header),
	};
	int state;

	/* Any name must fit into an empty buffer, else a caller would loop for ever. */
	if (size < sizeof(slice.header) + record_length(NAME_MAX)) {
		errno = EINVAL;
		return -1;
	}
	if (request->kernel && !dirsync_stat_usable()) {
		errno = ENOSYS;
		return -1;
	}
	do {
		state = compare_chunk(request, &slice);
	} while (state > 0);
	if (state < 0)
		return -1;
	memcpy(buffer, &slice.header, sizeof(slice.header));
	return (ssize_t)slice.used;
}

/* An option that must be given, of 32 bits. */
static bool required_u32(struct call *call, const char *property, uint32_t *value)
{
	int64_t number = -1;

	if (!option_i64(call, 3, property, &number))
		return false;
	if (number < 0 || number > UINT32_MAX)
		return throw_type(call,
				  "the options compare and report must be integers of 32 bits");
	*value = (uint32_t)number;
	return true;
}

static bool read_request(struct call *call, struct compare_request *request)
{
	char source[PATH_MAX] = "";
	int64_t max_entries = 0;
	bool given;

	if (!arg_fd(call, 0, &request->source) || !arg_fd(call, 1, &request->destination) ||
	    !required_u32(call, "compare", &request->compare) ||
	    !required_u32(call, "report", &request->report) ||
	    !option_i64(call, 3, "maxEntries", &max_entries) ||
	    !option_i64(call, 3, "mtimeSlackNs", &request->mtime_slack_ns) ||
	    !option_i64(call, 3, "racyNs", &request->racy_ns) ||
	    !option_name(call, 3, "source", source, &given))
		return false;
	request->max_entries = (uint64_t)max_entries;
	request->kernel = strcmp(source, "kernel") == 0;
	if (!request->kernel && strcmp(source, "statx") != 0)
		return throw_type(call, "the option source must be 'kernel' or 'statx'");
	return true;
}

static napi_value compare_dirs(napi_env env, napi_callback_info info)
{
	struct call call;
	struct compare_request request = { 0 };
	void *buffer;
	size_t size;
	ssize_t written;

	if (!call_open(&call, env, info, "compareDirs") || !read_request(&call, &request) ||
	    !arg_memory(&call, 2, &buffer, &size))
		return NULL;
	written = compare_slice(&request, buffer, size);
	return result_int(&call, written, "compareDirs", NULL);
}

const struct method compare_methods[] = {
	{ "compareDirs", compare_dirs },
	{ NULL, NULL },
};
