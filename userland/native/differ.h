/* One entry of the source, looked at by statx(2), and compared with that of the destination. */
#ifndef DIRSYNC_DIFFER_H
#define DIRSYNC_DIFFER_H

#include <sys/stat.h>

#include "record.h"

/*
 * Both fill all of a record but its lengths and its name; false when the source has no such entry
 * (any more). `type` is what getdents64 said of the entry, possibly DT_UNKNOWN.
 */

/* The entry's attributes, whatever the destination has. */
bool look_at(const struct compare_request *request, const char *name, unsigned char type,
	     struct dirsync_rec *record);

/* With what the destination has, which must be a directory. */
bool differ(const struct compare_request *request, const char *name, unsigned char type,
	    const struct timespec *now, struct dirsync_rec *record);

/* The bits of `request->compare` in which two files of the same type differ, all but LINK. */
uint32_t attributes_differ(const struct compare_request *request, const struct statx *a,
			   const struct statx *b);

#endif
