/*
 * copyFile as a promise: the copy runs on libuv's thread pool, its result is made on the JavaScript
 * thread.
 */
#include "copy.h"
#include "methods.h"
#include "pair_task.h"
#include "shapes.h"
#include "throttle.h"

#include <errno.h>
#include <string.h>

struct task {
	struct pair_task pair;
	struct copy copy;
};

static void execute(napi_env env, void *data)
{
	struct task *task = data;

	(void)env;
	copy_run(&task->copy);
}

static napi_value make_result(napi_env env, const struct copy *copy)
{
	static const char *const METHODS[] = {
		[COPY_CLONE] = "clone",
		[COPY_RANGE] = "range",
		[COPY_READWRITE] = "readwrite",
	};
	const char *method = METHODS[copy->method];
	const napi_value values[] = {
		make_bool(env, copy->changed),
		make_number(env, (double)copy->bytes),
		make_bytes(env, method, strlen(method)),
		stat_make(env, &copy->source),
		make_bool(env, copy->xattrs_refused),
	};

	return shape_make(env, SHAPE_COPY_RESULT, 5, values);
}

static void complete(napi_env env, napi_status status, void *data)
{
	struct task *task = data;
	struct copy *copy = &task->copy;

	if (status == napi_cancelled) {
		copy->error = ECANCELED;
		copy->failed_call = "copyFile";
		copy->failed_name = copy->source_name;
	}
	if (copy->error != 0)
		napi_reject_deferred(
			env, task->pair.deferred,
			system_error(env, copy->error, copy->failed_call, copy->failed_name));
	else
		napi_resolve_deferred(env, task->pair.deferred, make_result(env, copy));
	pair_task_free(env, &task->pair);
}

static bool read_task(struct call *call, void *data)
{
	struct task *task = data;
	struct copy *copy = &task->copy;
	int source_dir, destination_dir;
	char name[PATH_MAX];

	copy->mode = -1;
	if (!arg_name_at(call, 0, &source_dir, name) || !take_name(call, name, copy->source_name) ||
	    !arg_name_at(call, 2, &destination_dir, name) ||
	    !take_name(call, name, copy->temp_name) ||
	    !option_name(call, 4, "finalName", name, &copy->rename) ||
	    (copy->rename && !take_name(call, name, copy->final_name)) ||
	    !option_bool(call, 4, "owner", &copy->owner) ||
	    !option_bool(call, 4, "xattrs", &copy->xattrs) ||
	    !option_bool(call, 4, "fsync", &copy->fsync) ||
	    !option_i64(call, 4, "mode", &copy->mode) ||
	    !pair_task_open(call, &task->pair, source_dir, destination_dir, 5))
		return false;
	copy->source_dir = task->pair.source_dir;
	copy->destination_dir = task->pair.destination_dir;
	copy->group = task->pair.group;
	return true;
}

static const struct pair_task_type COPY_FILE = {
	.function = "copyFile",
	.size = sizeof(struct task),
	.read = read_task,
	.execute = execute,
	.complete = complete,
};

static napi_value copy_file(napi_env env, napi_callback_info info)
{
	return pair_task_call(env, info, &COPY_FILE);
}

static napi_value bytes_in_flight(napi_env env, napi_callback_info info)
{
	(void)info;
	return make_number(env, (double)copy_bytes_in_flight());
}

static napi_value set_copy_rate(napi_env env, napi_callback_info info)
{
	struct call call;
	int64_t rate;

	if (!call_open(&call, env, info, "setCopyRate") || !arg_i64(&call, 0, &rate))
		return NULL;
	if (rate < 0)
		return throw_system(&call, EINVAL, "setCopyRate", NULL);
	throttle_set_rate((uint64_t)rate);
	return NULL;
}

const struct method copy_methods[] = {
	{ "copyFile", copy_file },
	{ "bytesInFlight", bytes_in_flight },
	{ "setCopyRate", set_copy_rate },
	{ NULL, NULL },
};
