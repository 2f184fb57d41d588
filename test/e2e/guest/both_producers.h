/*
 * Walks a directory with both of the syncer's producers of records, which are compiled in from its own sources, and says
 * whether they agree.
 *
 * The two may divide a walk into slices at other names, so what is compared is the whole walk: all records in their order,
 * and the sums of the headers; and where a walk is one slice for both, that buffer with its header. Each buffer is filled
 * with rubbish before, so that a byte which is not written shows.
 */
#ifndef BOTH_PRODUCERS_H
#define BOTH_PRODUCERS_H

#include "../../../userland/native/calls.c"
#include "../../../userland/native/differ.c"
#include "../../../userland/native/kernel.c"
#include "../../../userland/native/portable.c"
#include "../../../userland/native/record.c"

#include <stdarg.h>
#include <stdio.h>

#define RUBBISH 0xa5
/* Room for all records of a directory at once. */
#define LARGEST (1 << 16)

typedef ssize_t producer(const struct compare_request *request, void *buffer, size_t size);

/* All that one producer said of a directory, from its beginning to its end. */
struct walk {
	struct dirsync_hdr sums;
	int slices;
	int error;
	size_t length;
	char records[LARGEST];
	char slice[LARGEST];
};

static struct walk by_kernel, by_statx;
/* Why the two do not agree, as lines of comments: printed behind the point that it is about. */
static char words[8192];
static size_t said;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	size_t room = sizeof(words) - said;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(words + said, room, format, args);
	va_end(args);
	said += (size_t)length < room ? (size_t)length : room - 1;
}

/* Whether a slice is one: NULL, or what is wrong with it. */
static const char *wrong_slice(const struct compare_request *request, const struct dirsync_hdr *header, size_t size,
			       size_t length)
{
	if (length < sizeof(*header) || length > size)
		return "its length";
	if (header->magic != DIRSYNC_MAGIC || header->reserved != 0)
		return "its header";
	if (header->flags != DIRSYNC_HDR_EOF && header->flags != DIRSYNC_HDR_SHORT)
		return "its flags";
	if (request->max_entries != 0 && header->nr_scanned > request->max_entries)
		return "its number of names";
	if (header->flags == DIRSYNC_HDR_SHORT && header->nr_scanned == 0)
		return "that it is no progress";
	return NULL;
}

/* False, after words about it, when what came is no slice. */
static bool take_slice(const struct compare_request *request, struct walk *walk, size_t size, ssize_t length)
{
	struct dirsync_hdr *header = (void *)walk->slice, *sums = &walk->sums;
	const char *wrong = wrong_slice(request, header, size, (size_t)length);

	if (wrong != NULL) {
		say("# a slice of %zd bytes with flags %x, %u names: wrong is %s\n", length, header->flags, header->nr_scanned,
		    wrong);
		return false;
	}
	sums->flags = header->flags;
	sums->nr_records += header->nr_records;
	sums->nr_scanned += header->nr_scanned;
	sums->nr_vanished += header->nr_vanished;
	sums->nr_errors += header->nr_errors;
	length -= sizeof(*header);
	memcpy(walk->records + walk->length, walk->slice + sizeof(*header), length);
	walk->length += length;
	walk->slices++;
	return true;
}

static bool make_walk(producer *produce, const struct compare_request *request, size_t size, struct walk *walk)
{
	memset(walk, 0, offsetof(struct walk, records));
	if (lseek(request->source, 0, SEEK_SET) < 0)
		walk->error = errno;
	while (walk->error == 0 && walk->sums.flags != DIRSYNC_HDR_EOF) {
		ssize_t length;

		memset(walk->slice, RUBBISH, size);
		length = produce(request, walk->slice, size);
		if (length < 0)
			walk->error = errno;
		else if (!take_slice(request, walk, size, length))
			return false;
	}
	return true;
}

static void say_record(const char *who, const struct walk *walk, size_t at)
{
	const struct dirsync_rec *rec = (const void *)(walk->records + at);

	if (at >= walk->length) {
		say("# %s has no more records\n", who);
		return;
	}
	say("# %s: type %u flags %x err %d diff %x mask %x ino %llu size %llu mtime %lld.%09u mode %o owner %u:%u nlink %u "
	    "reclen %u '%.*s'\n",
	    who, rec->type, rec->flags, rec->err, rec->diff, rec->mask, rec->ino, rec->size, rec->mtime_sec,
	    rec->mtime_nsec, rec->mode, rec->uid, rec->gid, rec->nlink, rec->reclen, rec->namelen, rec->name);
}

/* The first record in which the two walks differ. */
static void say_difference(void)
{
	size_t at = 0;

	while (at < by_kernel.length && at < by_statx.length) {
		size_t length = ((const struct dirsync_rec *)(by_kernel.records + at))->reclen;

		if (memcmp(by_kernel.records + at, by_statx.records + at, length) != 0)
			break;
		at += length;
	}
	say_record("kernel", &by_kernel, at);
	say_record("statx", &by_statx, at);
}

static bool is_same_walk(size_t size)
{
	if (by_kernel.error != by_statx.error)
		return false;
	if (by_kernel.error != 0)
		return true;
	if (by_kernel.length != by_statx.length || memcmp(&by_kernel.sums, &by_statx.sums, sizeof(by_kernel.sums)) != 0 ||
	    memcmp(by_kernel.records, by_statx.records, by_kernel.length) != 0)
		return false;
	return by_kernel.slices != 1 || by_statx.slices != 1 || memcmp(by_kernel.slice, by_statx.slice, size) == 0;
}

/* Both producers asked the same; false, after words about it, when they do not agree. */
static bool agree(const struct compare_request *request, size_t size)
{
	if (make_walk(kernel_compare, request, size, &by_kernel) &&
	    make_walk(portable_compare, request, size, &by_statx) && is_same_walk(size))
		return true;
	say("# %d to %d, compare %x report %x max %llu slack %llu racy %llu, %zu bytes: kernel error %d, %u names, %u "
	    "records, %d slices; statx error %d, %u names, %u records, %d slices\n",
	    request->source, request->destination, request->compare, request->report,
	    (unsigned long long)request->max_entries, (unsigned long long)request->mtime_slack_ns,
	    (unsigned long long)request->racy_ns, size, by_kernel.error, by_kernel.sums.nr_scanned,
	    by_kernel.sums.nr_records, by_kernel.slices, by_statx.error, by_statx.sums.nr_scanned,
	    by_statx.sums.nr_records, by_statx.slices);
	say_difference();
	return false;
}

#endif
