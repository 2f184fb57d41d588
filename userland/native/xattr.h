/* Extended attributes, ACLs among them, of two files: compared, and made equal. */
#ifndef DIRSYNC_XATTR_H
#define DIRSYNC_XATTR_H

/* A file by its descriptor, or, when `path` is given, by its path, which is not followed. */
struct xattr_side {
	int fd;
	const char *path;
};

/* What xattrs_copy has to say; the numbers are known to addon.ts. */
#define XATTRS_CHANGED 1
#define XATTRS_REFUSED 2

/*
 * Makes the attributes of `destination` those of `source`, extras removed. Bits of the above, or -1
 * with errno. REFUSED: the destination cannot have one of them, which is no error.
 */
int xattrs_copy(const struct xattr_side *source, const struct xattr_side *destination);

/* 1 when they are not the same, 0 when they are, -1 with errno. */
int xattrs_differ(const struct xattr_side *source, const struct xattr_side *destination);

#endif
