#include "pair_task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *pair_task_new(struct call *call, size_t size)
{
	struct pair_task *task = calloc(1, size);

	if (task == NULL) {
		throw_system(call, ENOMEM, call->function, NULL);
		return NULL;
	}
	task->source_dir = -1;
	task->destination_dir = -1;
	return task;
}

bool pair_task_open(struct call *call, struct pair_task *task, int source, int destination,
		    unsigned int group_at)
{
	if (!arg_copy_group(call, group_at, &task->group))
		return false;
	task->source_dir = fcntl(source, F_DUPFD_CLOEXEC, 0);
	task->destination_dir =
		task->source_dir < 0 ? -1 : fcntl(destination, F_DUPFD_CLOEXEC, 0);
	if (task->destination_dir >= 0)
		return true;
	throw_system(call, errno, "fcntl", NULL);
	return false;
}

napi_value pair_task_start(struct call *call, struct pair_task *task,
			   napi_async_execute_callback execute,
			   napi_async_complete_callback complete)
{
	napi_env env = call->env;
	napi_value promise, name;

	if (napi_create_string_latin1(env, call->function, NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_create_async_work(env, NULL, name, execute, complete, task, &task->work) !=
		    napi_ok)
		return NULL;
	if (napi_create_promise(env, &task->deferred, &promise) != napi_ok ||
	    napi_queue_async_work(env, task->work) != napi_ok) {
		napi_delete_async_work(env, task->work);
		return NULL;
	}
	return promise;
}

void pair_task_free(struct pair_task *task)
{
	if (task->source_dir >= 0)
		close(task->source_dir);
	if (task->destination_dir >= 0)
		close(task->destination_dir);
	copy_group_put(task->group);
	free(task);
}

bool take_name(struct call *call, const char *name, char into[NAME_MAX + 1])
{
	if (strlen(name) > NAME_MAX) {
		throw_system(call, ENAMETOOLONG, call->function, name);
		return false;
	}
	strcpy(into, name);
	return true;
}
