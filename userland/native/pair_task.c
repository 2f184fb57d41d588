#include "pair_task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void pair_task_free(napi_env env, struct pair_task *task)
{
	if (task->work != NULL)
		napi_delete_async_work(env, task->work);
	if (task->type->clear != NULL)
		task->type->clear(task);
	if (task->source_dir >= 0)
		close(task->source_dir);
	if (task->destination_dir >= 0)
		close(task->destination_dir);
	copy_group_put(task->group);
	free(task);
}

static bool start(napi_env env, struct pair_task *task, napi_value *promise)
{
	const struct pair_task_type *type = task->type;
	napi_value name;

	return napi_create_string_latin1(env, type->function, NAPI_AUTO_LENGTH, &name) == napi_ok &&
	       napi_create_async_work(env, NULL, name, type->execute, type->complete, task,
				      &task->work) == napi_ok &&
	       napi_create_promise(env, &task->deferred, promise) == napi_ok &&
	       napi_queue_async_work(env, task->work) == napi_ok;
}

napi_value pair_task_call(napi_env env, napi_callback_info info, const struct pair_task_type *type)
{
	struct call call;
	struct pair_task *task;
	napi_value promise;

	if (!call_open(&call, env, info, type->function))
		return NULL;
	task = calloc(1, type->size);
	if (task == NULL)
		return throw_system(&call, ENOMEM, type->function, NULL);
	task->type = type;
	task->source_dir = -1;
	task->destination_dir = -1;
	if (type->read(&call, task) && start(env, task, &promise))
		return promise;
	pair_task_free(env, task);
	return NULL;
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
