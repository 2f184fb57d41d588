/*
 * One directory of a walk: see walk.h.
 *
 * Each name of the source is compared with its namesake by the one rule of differ.c, or by the
 * kernel. Extra names are not looked for: a directory in which all of the source's names are, and
 * as many as the source has, has none. Directories are told by opening them, in their turn.
 */
#include "walk_pair.h"
#include "calls.h"
#include "differ.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct visit {
	const struct walk_request *request;
	struct compare_request compare;
	struct pair *pair;
	struct waiting **below;
	uint64_t names;
	unsigned int flags;
};

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void add_below(struct visit *visit, const char *name, size_t length)
{
	struct waiting *waiting = malloc(sizeof(*waiting) + length + 1);

	if (waiting == NULL) {
		visit->flags |= WALK_UNREAD;
		return;
	}
	waiting->above = visit->pair;
	memcpy(waiting->name, name, length);
	waiting->name[length] = '\0';
	waiting->next = *visit->below;
	*visit->below = waiting;
}

static bool is_recent(struct visit *visit, const char *name)
{
	struct statx stat;

	return stat_at(visit->pair->source, name, &stat) == 0 &&
	       stat.stx_ctime.tv_sec >= visit->request->recent_since;
}

static void look(struct visit *visit, const struct dirent64 *entry, const struct timespec *now)
{
	struct dirsync_rec record = { .type = entry->d_type };

	visit->names++;
	if (entry->d_type != DT_DIR) {
		/* One difference is enough: who compares the directory finds all. */
		if ((visit->flags & WALK_DIFFERS) && entry->d_type != DT_UNKNOWN)
			return;
		if (!differ(&visit->compare, entry->d_name, entry->d_type, now, &record))
			visit->flags |= WALK_DIFFERS;
		else if (record.type == DT_UNKNOWN)
			/* It could not be looked at, and may be a directory. */
			visit->flags |= WALK_UNREAD;
		else if (record.type != DT_DIR && record_is_wanted(&visit->compare, &record))
			visit->flags |= WALK_DIFFERS;
		else if (visit->request->recent_since != INT64_MAX &&
			 is_recent(visit, entry->d_name))
			visit->flags |= WALK_DIFFERS | WALK_RECENT;
	}
	if (record.type == DT_DIR)
		add_below(visit, entry->d_name, strlen(entry->d_name));
}

/* 0, or -1 when a directory could not be read to its end. */
static int compare_by_statx(struct visit *visit, char *buffer, size_t size)
{
	const struct timespec now = stamping_time();
	ssize_t length;

	while ((length = read_entries(visit->pair->source, buffer, size)) > 0) {
		for (ssize_t at = 0; at < length;) {
			const struct dirent64 *entry = (const void *)(buffer + at);

			if (!is_dot(entry->d_name))
				look(visit, entry, &now);
			at += entry->d_reclen;
		}
	}
	return (int)length;
}

static void take_record(struct visit *visit, const struct dirsync_rec *record, const char *name)
{
	if (record->type == DT_DIR && record->err == 0)
		add_below(visit, name, record->namelen);
	else if (record_is_wanted(&visit->compare, record))
		visit->flags |= WALK_DIFFERS;
}

static int compare_by_kernel(struct visit *visit, char *buffer, size_t size)
{
	struct compare_request request = visit->compare;
	struct dirsync_hdr header;

	request.report |= DIRSYNC_REPORT_DIRS;
	do {
		ssize_t length = kernel_compare(&request, buffer, size);

		if (length < 0)
			return -1;
		memcpy(&header, buffer, sizeof(header));
		visit->names += header.nr_scanned;
		if (header.nr_vanished > 0)
			visit->flags |= WALK_DIFFERS;
		for (size_t at = sizeof(header); at < (size_t)length;) {
			struct dirsync_rec record;

			memcpy(&record, buffer + at, sizeof(record));
			take_record(visit, &record, buffer + at + sizeof(record));
			at += record.reclen;
		}
	} while ((header.flags & DIRSYNC_HDR_EOF) == 0);
	return 0;
}

/* How many names the destination has; any wrong number when it cannot be read. */
static uint64_t count_names(int dir, char *buffer, size_t size)
{
	uint64_t names = 0;
	ssize_t length;

	while ((length = read_entries(dir, buffer, size)) > 0) {
		for (ssize_t at = 0; at < length;) {
			const struct dirent64 *entry = (const void *)(buffer + at);

			names += is_dot(entry->d_name) ? 0 : 1;
			at += entry->d_reclen;
		}
	}
	return length < 0 ? UINT64_MAX : names;
}

/* The mtime of directories is compared as well, in contrast to what `differ` does with entries. */
static bool own_attributes_differ(const struct visit *visit)
{
	struct statx source, destination;

	if (stat_fd(visit->pair->source, &source) != 0 ||
	    stat_fd(visit->pair->destination, &destination) != 0)
		return true;
	return attributes_differ(&visit->compare, &source, &destination) != 0 ||
	       times_differ(source.stx_mtime.tv_sec, source.stx_mtime.tv_nsec,
			    destination.stx_mtime.tv_sec, destination.stx_mtime.tv_nsec, 0);
}

unsigned int pair_compare(const struct walk_request *request, struct pair *pair,
			  struct waiting **below)
{
	struct visit visit = {
		.request = request,
		.compare = request->compare,
		.pair = pair,
		.below = below,
	};
	_Alignas(struct dirent64) char buffer[65536];
	int compared;

	visit.compare.source = pair->source;
	visit.compare.destination = pair->destination;
	compared = request->kernel ? compare_by_kernel(&visit, buffer, sizeof(buffer))
				   : compare_by_statx(&visit, buffer, sizeof(buffer));
	if (compared < 0)
		visit.flags |= WALK_UNREAD;
	else if ((visit.flags & WALK_DIFFERS) == 0 &&
		 count_names(pair->destination, buffer, sizeof(buffer)) != visit.names)
		visit.flags |= WALK_DIFFERS;
	if (request->attributes && own_attributes_differ(&visit))
		visit.flags |= WALK_ATTRIBUTES;
	return visit.flags;
}
