/* sameContent as a promise: files are compared on libuv's thread pool. */
#include "methods.h"
#include "pair_task.h"
#include "same_content.h"

#include <errno.h>

struct task {
	struct pair_task pair;
	struct comparison comparison;
};

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
		napi_reject_deferred(env, task->pair.deferred,
				     system_error(env, comparison->error,
						  comparison->failed_call, comparison->name));
	else
		napi_resolve_deferred(env, task->pair.deferred, make_bool(env, comparison->same));
	napi_delete_async_work(env, task->pair.work);
	pair_task_free(&task->pair);
}

static bool read_task(struct call *call, struct task *task)
{
	struct comparison *comparison = &task->comparison;
	int source_dir, destination_dir;
	char name[PATH_MAX];

	if (!arg_name_at(call, 0, &source_dir, name) || !arg_fd(call, 2, &destination_dir) ||
	    !take_name(call, name, comparison->name) ||
	    !pair_task_open(call, &task->pair, source_dir, destination_dir, 3))
		return false;
	comparison->source_dir = task->pair.source_dir;
	comparison->destination_dir = task->pair.destination_dir;
	comparison->group = task->pair.group;
	return true;
}

static napi_value same_content(napi_env env, napi_callback_info info)
{
	struct call call;
	struct task *task;
	napi_value promise = NULL;

	if (!call_open(&call, env, info, "sameContent"))
		return NULL;
	task = pair_task_new(&call, sizeof(*task));
	if (task == NULL)
		return NULL;
	if (read_task(&call, task))
		promise = pair_task_start(&call, &task->pair, execute, complete);
	if (promise == NULL)
		pair_task_free(&task->pair);
	return promise;
}

const struct method content_methods[] = {
	{ "sameContent", same_content },
	{ NULL, NULL },
};
