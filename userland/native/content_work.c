/* sameContent as a promise: files are compared on libuv's thread pool. */
#include "methods.h"
#include "same_content.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct task {
	napi_async_work work;
	napi_deferred deferred;
	struct comparison comparison;
};

static void task_free(struct task *task)
{
	if (task->comparison.source_dir >= 0)
		close(task->comparison.source_dir);
	if (task->comparison.destination_dir >= 0)
		close(task->comparison.destination_dir);
	copy_group_put(task->comparison.group);
	free(task);
}

static void execute(napi_env env, void *data)
{
	struct task *task = data;

	(void)env;
	compare_content(&task->comparison);
}

static void complete(napi_env env, napi_status status, void *data)
{
	struct task *task = data;
	struct comparison *comparison = &task->comparison;

	if (status == napi_cancelled) {
		comparison->error = ECANCELED;
		comparison->failed_call = "sameContent";
	}
	if (comparison->error != 0)
		napi_reject_deferred(env, task->deferred,
				     system_error(env, comparison->error,
						  comparison->failed_call, comparison->name));
	else
		napi_resolve_deferred(env, task->deferred, make_bool(env, comparison->same));
	napi_delete_async_work(env, task->work);
	task_free(task);
}

/* The directory fds are duplicated, because the caller may close its own before the task runs. */
static bool read_task(struct call *call, struct comparison *comparison)
{
	int source_dir, destination_dir;
	char name[PATH_MAX];

	if (!arg_name_at(call, 0, &source_dir, name) || !arg_fd(call, 2, &destination_dir) ||
	    !arg_copy_group(call, 3, &comparison->group))
		return false;
	if (strlen(name) > NAME_MAX) {
		throw_system(call, ENAMETOOLONG, call->function, name);
		return false;
	}
	strcpy(comparison->name, name);
	comparison->source_dir = fcntl(source_dir, F_DUPFD_CLOEXEC, 0);
	comparison->destination_dir =
		comparison->source_dir < 0 ? -1 : fcntl(destination_dir, F_DUPFD_CLOEXEC, 0);
	if (comparison->destination_dir >= 0)
		return true;
	throw_system(call, errno, "fcntl", NULL);
	return false;
}

static napi_value start(napi_env env, struct task *task)
{
	napi_value promise, name;

	if (napi_create_string_latin1(env, "dirsync.sameContent", NAPI_AUTO_LENGTH, &name) !=
		    napi_ok ||
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

static napi_value same_content(napi_env env, napi_callback_info info)
{
	struct call call;
	struct task *task;
	napi_value promise = NULL;

	if (!call_open(&call, env, info, "sameContent"))
		return NULL;
	task = calloc(1, sizeof(*task));
	if (task == NULL)
		return throw_system(&call, ENOMEM, "sameContent", NULL);
	task->comparison.source_dir = -1;
	task->comparison.destination_dir = -1;
	if (read_task(&call, &task->comparison))
		promise = start(env, task);
	if (promise == NULL)
		task_free(task);
	return promise;
}

const struct method content_methods[] = {
	{ "sameContent", same_content },
	{ NULL, NULL },
};
