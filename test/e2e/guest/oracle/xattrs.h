/* SPDX-License-Identifier: MIT */
/* Extended attributes, ACLs among them, by name and value. */
#ifndef ORACLE_XATTRS_H
#define ORACLE_XATTRS_H

#include <sys/xattr.h>

#include "report.h"

/* Names and values of one entry; more does not fit on the file systems that are tested. */
#define XATTR_ROOM (1 << 16)

/* Whether all attributes of `path` stand with the same value at `other`. */
static int has_xattrs(const char *path, const char *other)
{
	static char names[XATTR_ROOM], value[XATTR_ROOM], found[XATTR_ROOM];
	ssize_t length = llistxattr(path, names, sizeof(names));

	for (const char *name = names; name < names + length; name += strlen(name) + 1) {
		ssize_t size = lgetxattr(path, name, value, sizeof(value));

		if (lgetxattr(other, name, found, sizeof(found)) != size)
			return 0;
		if (size > 0 && memcmp(value, found, size))
			return 0;
	}
	return 1;
}

static int same_xattrs(int a, int b, const char *name)
{
	char first[512], second[512];

	/* There is no *at call for them; a magic link stands for the directory. */
	snprintf(first, sizeof(first), "/proc/self/fd/%d/%s", a, name);
	snprintf(second, sizeof(second), "/proc/self/fd/%d/%s", b, name);
	return has_xattrs(first, second) && has_xattrs(second, first);
}

#endif
