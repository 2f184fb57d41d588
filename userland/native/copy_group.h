/* Copies and comparisons that are cancelled together, whichever threads they run on. */
#ifndef DIRSYNC_COPY_GROUP_H
#define DIRSYNC_COPY_GROUP_H

#include "args.h"

struct copy_group;

/*
 * What copyGroup() returned, with a reference that keeps it; NULL, a group that nobody cancels, when
 * the argument was not given.
 */
bool arg_copy_group(struct call *call, unsigned int at, struct copy_group **group);
void copy_group_put(struct copy_group *group);
bool copy_group_is_cancelled(const struct copy_group *group);

#endif
