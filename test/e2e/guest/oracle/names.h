/* SPDX-License-Identifier: MIT */
/* Names in a directory, in an order of their own, and the words for what they are. */
#ifndef ORACLE_NAMES_H
#define ORACLE_NAMES_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFIFO:
		return "fifo";
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	default:
		return "socket";
	}
}

static char *join(const char *path, const char *name)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", path, *path ? "/" : "", name) < 0)
		die("join", path);
	return joined;
}

static void target_of(int dirfd, const char *name, char target[4096])
{
	ssize_t length = readlinkat(dirfd, name, target, 4095);

	target[length < 0 ? 0 : length] = '\0';
}

#endif
