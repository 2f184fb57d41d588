/* SPDX-License-Identifier: MIT */
/*
 * Groups of hard links: names that are one file in one tree have to be one in the other, and no others. Names of one
 * symlink or FIFO need not be: nothing can be written through them.
 */
#ifndef ORACLE_LINKS_H
#define ORACLE_LINKS_H

#include <sys/stat.h>

#include "report.h"

/* A name that is one of several somewhere. */
struct link {
	ino_t first, second;
	char *path;
};

struct links {
	struct link *all;
	size_t count, room;
};

static void note_link(struct links *links, const char *path, const struct stat *x, const struct stat *y)
{
	if (S_ISDIR(x->st_mode) || (x->st_nlink < 2 && y->st_nlink < 2))
		return;
	if (links->count == links->room) {
		links->room = links->room ? 2 * links->room : 64;
		links->all = realloc(links->all, links->room * sizeof(*links->all));
	}
	if (!links->all || !(links->all[links->count].path = strdup(path)))
		die("remember the link", path);
	links->all[links->count].first = x->st_ino;
	links->all[links->count++].second = y->st_ino;
}

static int by_first(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static int by_second(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	return x->second < y->second ? -1 : x->second > y->second;
}

/* Two names beside each other in one tree's order are the same file on both sides, or on neither. */
static void compare_links(struct links *links, struct report *report)
{
	struct link *all = links->all;

	qsort(all, links->count, sizeof(*all), by_first);
	for (size_t i = 1; i < links->count; i++)
		if (all[i - 1].first == all[i].first && all[i - 1].second != all[i].second)
			differ(report, all[i].path, "one file with %s in the first tree only", all[i - 1].path);
	qsort(all, links->count, sizeof(*all), by_second);
	for (size_t i = 1; i < links->count; i++)
		if (all[i - 1].second == all[i].second && all[i - 1].first != all[i].first)
			differ(report, all[i].path, "one file with %s in the second tree only", all[i - 1].path);
	for (size_t i = 0; i < links->count; i++)
		free(all[i].path);
	free(all);
}

#endif
