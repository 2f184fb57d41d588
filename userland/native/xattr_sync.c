/*
 * Two files' extended attributes: see xattr.h.
 *
 * These are copied: user.*, POSIX ACLs, and as root trusted.* and security.*, but for security.ima
 * and security.evm, which are signatures of one inode. All others say something of the file system
 * rather than of the file.
 */
#include "xattr.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Limits of the kernel: XATTR_LIST_MAX and XATTR_SIZE_MAX, so that one read always suffices. */
#define LIST_BYTES 65536
#define VALUE_BYTES 65536

static bool starts_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

static bool is_copied(const char *name)
{
	if (starts_with(name, "user.") || strcmp(name, "system.posix_acl_access") == 0 ||
	    strcmp(name, "system.posix_acl_default") == 0)
		return true;
	if (geteuid() != 0 || strcmp(name, "security.ima") == 0 ||
	    strcmp(name, "security.evm") == 0)
		return false;
	return starts_with(name, "trusted.") || starts_with(name, "security.");
}

/* Bytes of names; a file system without attributes has none. */
static ssize_t list(const struct xattr_side *side, char names[LIST_BYTES])
{
	ssize_t length = side->path != NULL ? llistxattr(side->path, names, LIST_BYTES)
					    : flistxattr(side->fd, names, LIST_BYTES);

	return length < 0 && errno == ENOTSUP ? 0 : length;
}

/* ENODATA: there is none, also where there can be none. */
static ssize_t get(const struct xattr_side *side, const char *name, char value[VALUE_BYTES])
{
	ssize_t size = side->path != NULL ? lgetxattr(side->path, name, value, VALUE_BYTES)
					  : fgetxattr(side->fd, name, value, VALUE_BYTES);

	if (size < 0 && errno == ENOTSUP)
		errno = ENODATA;
	return size;
}

static int set(const struct xattr_side *side, const char *name, const char *value, size_t size)
{
	return side->path != NULL ? lsetxattr(side->path, name, value, size, 0)
				  : fsetxattr(side->fd, name, value, size, 0);
}

static int remove_one(const struct xattr_side *side, const char *name)
{
	return side->path != NULL ? lremovexattr(side->path, name) : fremovexattr(side->fd, name);
}

/* What the destination says of an attribute that it cannot have, or that only others may set. */
static bool is_refusal(int error)
{
	return error == ENOTSUP || error == EPERM || error == EACCES;
}

/* 1: equal, 0: not, -1 with errno. `theirs` is room for the destination's value. */
static int is_equal(const struct xattr_side *destination, const char *name, const char *value,
		    ssize_t size, char theirs[VALUE_BYTES])
{
	ssize_t found = get(destination, name, theirs);

	if (found < 0)
		return errno == ENODATA ? 0 : -1;
	return found == size && memcmp(value, theirs, (size_t)size) == 0;
}

/* Bits, or -1 with errno. */
static int copy_one(const struct xattr_side *source, const struct xattr_side *destination,
		    const char *name, bool apply)
{
	char value[VALUE_BYTES], theirs[VALUE_BYTES];
	ssize_t size = get(source, name, value);
	int equal;

	/* It has gone meanwhile. */
	if (size < 0)
		return errno == ENODATA ? 0 : -1;
	equal = is_equal(destination, name, value, size, theirs);
	if (equal != 0)
		return equal < 0 ? -1 : 0;
	if (!apply || set(destination, name, value, (size_t)size) == 0)
		return XATTRS_CHANGED;
	return is_refusal(errno) ? XATTRS_REFUSED : -1;
}

/* For an attribute of the destination. Bits, or -1 with errno. */
static int remove_if_extra(const struct xattr_side *source, const struct xattr_side *destination,
			   const char *name, bool apply)
{
	char value[VALUE_BYTES];

	if (get(source, name, value) >= 0)
		return 0;
	if (errno != ENODATA)
		return -1;
	if (!apply || remove_one(destination, name) == 0)
		return XATTRS_CHANGED;
	if (errno == ENODATA)
		return 0;
	return is_refusal(errno) ? XATTRS_REFUSED : -1;
}

typedef int visit(const struct xattr_side *source, const struct xattr_side *destination,
		  const char *name, bool apply);

/* Visits the attributes that `of` has. The bits of all visits, or -1 with errno. */
static int each(const struct xattr_side *of, visit *visit, const struct xattr_side *source,
		const struct xattr_side *destination, bool apply)
{
	char names[LIST_BYTES];
	ssize_t length = list(of, names);
	int bits = 0;

	if (length < 0)
		return -1;
	for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
		int result;

		if (!is_copied(names + at))
			continue;
		result = visit(source, destination, names + at, apply);
		if (result < 0)
			return -1;
		bits |= result;
	}
	return bits;
}

static int walk(const struct xattr_side *source, const struct xattr_side *destination, bool apply)
{
	int copied = each(source, copy_one, source, destination, apply);
	int removed;

	if (copied < 0)
		return -1;
	/* A new file may have inherited the directory's default ACL. */
	removed = each(destination, remove_if_extra, source, destination, apply);
	return removed < 0 ? -1 : copied | removed;
}

int xattrs_copy(const struct xattr_side *source, const struct xattr_side *destination)
{
	return walk(source, destination, true);
}

int xattrs_differ(const struct xattr_side *source, const struct xattr_side *destination)
{
	int bits = walk(source, destination, false);

	return bits < 0 ? -1 : bits != 0;
}
