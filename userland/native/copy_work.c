/*
 * copyFile as a promise: the copy runs on libuv's thread pool, its result is made on the JavaScript
 * thread.
 */
#include "copy.h"
#include "methods.h"
#include "shapes.h"
#include "throttle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct task {
	napi_async_work work;
	napi_deferred deferred;
	struct copy copy;
};

static void task_free(struct task *task)
{
	if (task->copy.source_dir >= 0)
		close(task->copy.source_dir);
	if (task->copy.destination_dir >= 0)
		close(task->copy.destination_dir);
	copy_group_put(task->copy.group);
	free(task);
}

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
			env, task->deferred,
			system_error(env, copy->error, copy->failed_call, copy->failed_name));
	else
		napi_resolve_deferred(env, task->deferred, make_result(env, copy));
	napi_delete_async_work(env, task->work);
	task_free(task);
}

static bool read_name(struct call *call, const char *name, char into[NAME_MAX + 1])
{
	if (strlen(name) > NAME_MAX) {
		throw_system(call, ENAMETOOLONG, call->function, name);
		return false;
	}
	strcpy(into, name);
	return true;
}

/*
 * Names and options; the directory fds are duplicated, because the caller may close its own before
 * the task runs.
 */
static bool read_task(struct call *call, struct copy *copy)
{
	int source_dir, destination_dir;
	char name[PATH_MAX];

	if (!arg_name_at(call, 0, &source_dir, name) || !read_name(call, name, copy->source_name) ||
	    !arg_name_at(call, 2, &destination_dir, name) ||
	    !read_name(call, name, copy->temp_name) ||
	    !option_name(call, 4, "finalName", name, &copy->rename) ||
	    (copy->rename && !read_name(call, name, copy->final_name)) ||
	    !option_bool(call, 4, "owner", &copy->owner) ||
	    !option_bool(call, 4, "xattrs", &copy->xattrs) ||
	    !option_bool(call, 4, "fsync", &copy->fsync) ||
	    !option_i64(call, 4, "mode", &copy->mode) ||
	    !arg_copy_group(call, 5, &copy->group))
		return false;
	copy->source_dir = fcntl(source_dir, F_DUPFD_CLOEXEC, 0);
	copy->destination_dir =
		copy->source_dir < 0 ? -1 : fcntl(destination_dir, F_DUPFD_CLOEXEC, 0);
	if (copy->destination_dir >= 0)
		return true;
	throw_system(call, errno, "fcntl", NULL);
	return false;
}

static napi_value start(napi_env env, struct task *task)
{
	napi_value promise, name;

	if (napi_create_string_latin1(env, "dirsync.copyFile", NAPI_AUTO_LENGTH, &name) !=
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

static napi_value copy_file(napi_env env, napi_callback_info info)
{
	struct call call;
	struct task *task;
	napi_value promise = NULL;

	if (!call_open(&call, env, info, "copyFile"))
		return NULL;
	task = calloc(1, sizeof(*task));
	if (task == NULL)
		return throw_system(&call, ENOMEM, "copyFile", NULL);
	task->copy.source_dir = -1;
	task->copy.destination_dir = -1;
	task->copy.mode = -1;
	if (read_task(&call, &task->copy))
		promise = start(env, task);
	if (promise == NULL)
		task_free(task);
	return promise;
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
