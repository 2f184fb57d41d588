/*
 * A task of libuv's thread pool that works in two directories, as a promise: what copies and
 * comparisons of files have in common. To be the first member of the struct that is the whole task.
 */
#ifndef DIRSYNC_PAIR_TASK_H
#define DIRSYNC_PAIR_TASK_H

#include "copy_group.h"

struct pair_task {
	napi_async_work work;
	napi_deferred deferred;
	/* Duplicates, because the caller may close its own before the task runs. */
	int source_dir;
	int destination_dir;
	struct copy_group *group; /* may be NULL */
};

/* `size` bytes, zeroed; NULL when an error was thrown. */
void *pair_task_new(struct call *call, size_t size);
/* Takes the directories, and the group of argument `group_at`. False when an error was thrown. */
bool pair_task_open(struct call *call, struct pair_task *task, int source, int destination,
		    unsigned int group_at);
/* The promise; NULL when nothing was started, and the task is still the caller's. */
napi_value pair_task_start(struct call *call, struct pair_task *task,
			   napi_async_execute_callback execute,
			   napi_async_complete_callback complete);
void pair_task_free(struct pair_task *task);

/* A name that was read as an argument, if it is not too long for one; throws ENAMETOOLONG. */
bool take_name(struct call *call, const char *name, char into[NAME_MAX + 1]);

#endif
