/* One file copied, without JavaScript: runs on any thread. */
#ifndef DIRSYNC_COPY_H
#define DIRSYNC_COPY_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "copy_group.h"
#include "stat.h"

enum copy_method { COPY_CLONE, COPY_RANGE, COPY_READWRITE };

/* Plain is a file that is small, dense, of one name, and has not been changed for a while; new, that its name is free. */
struct plain {
	int64_t rest_ns; /* for so long; of the clock that gives files their times */
	bool young;	 /* or has something in it: further writes will be told of */
};

struct copy {
	/* in */
	int source_dir;
	int destination_dir;
	char source_name[NAME_MAX + 1];
	char temp_name[NAME_MAX + 1];
	char final_name[NAME_MAX + 1]; /* only when `rename` */
	bool rename;
	bool owner;
	bool xattrs;
	bool fsync;
	int64_t mode; /* -1: the source's */
	struct copy_group *group; /* may be NULL */
	const struct plain *plain; /* only if the file is plain and new; NULL: in any case */
	bool named;		   /* also out: files without a name are of no use here */

	/* out */
	int error; /* errno, or 0 */
	const char *failed_call;
	const char *failed_name;
	bool skipped; /* it is not plain: nothing was done */
	bool changed;
	bool cut_short; /* it gave less than its size says */
	bool xattrs_refused;
	enum copy_method method;
	uint64_t bytes;
	struct statx source;
};

/* Whatever comes out, the temporary name is gone, unless the copy succeeded without `rename`. */
void copy_run(struct copy *copy);

/* What the copies that run now have moved so far, all together. */
uint64_t copy_bytes_in_flight(void);

#endif
