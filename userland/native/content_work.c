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
	pair_task_free(env, &task->pair);
}

static bool read_task(struct call *call, void *data)
{
	struct task *task = data;
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

static const struct pair_task_type SAME_CONTENT = {
	.function = "sameContent",
	.size = sizeof(struct task),
	.read = read_task,
	.execute = execute,
	.complete = complete,
};

static napi_value same_content(napi_env env, napi_callback_info info)
{
	return pair_task_call(env, info, &SAME_CONTENT);
}

const struct method content_methods[] = {
	{ "sameContent", same_content },
	{ NULL, NULL },
};
