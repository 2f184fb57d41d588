/*
 * A task of libuv's thread pool that works in two directories, as a promise: what copies and
 * comparisons of files have in common. To be the first member of the struct that is the whole task.
 */
#ifndef DIRSYNC_PAIR_TASK_H
#define DIRSYNC_PAIR_TASK_H

#include "copy_group.h"

struct pair_task_type;

struct pair_task {
	const struct pair_task_type *type;
	napi_async_work work;
	napi_deferred deferred;
	/* Duplicates, because the caller may close its own before the task runs. */
	int source_dir;
	int destination_dir;
	struct copy_group *group; /* may be NULL */
};

/* A function of the addon that starts such tasks. */
struct pair_task_type {
	const char *function;
	size_t size; /* of the whole task; it begins zeroed */
	/* Reads the arguments; false when an error was thrown. */
	bool (*read)(struct call *call, void *task);
	napi_async_execute_callback execute;
	/* Settles the promise, and ends with pair_task_free(). */
	napi_async_complete_callback complete;
	/* Frees what the whole task has of its own; may be NULL. */
	void (*clear)(void *task);
};

/* The function itself: the promise, or NULL when an error was thrown. */
napi_value pair_task_call(napi_env env, napi_callback_info info, const struct pair_task_type *type);
/* For `read`: takes the directories, and the group of argument `group_at`. */
bool pair_task_open(struct call *call, struct pair_task *task, int source, int destination,
		    unsigned int group_at);
void pair_task_free(napi_env env, struct pair_task *task);

/* A name that was read as an argument, if it is not too long for one; throws ENAMETOOLONG. */
bool take_name(struct call *call, const char *name, char into[NAME_MAX + 1]);

#endif
