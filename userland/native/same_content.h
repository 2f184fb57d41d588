/* Whether two regular files have the same bytes. */
#ifndef DIRSYNC_SAME_CONTENT_H
#define DIRSYNC_SAME_CONTENT_H

#include <limits.h>
#include <stdbool.h>

#include "copy_group.h"

struct comparison {
	/* in */
	int source_dir;
	int destination_dir;
	char name[NAME_MAX + 1];
	struct copy_group *group; /* may be NULL */

	/* out */
	int error; /* errno, or 0 */
	const char *failed_call;
	bool same;
};

void compare_content(struct comparison *comparison);

#endif
