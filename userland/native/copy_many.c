/*
 * copyMany: small files of one directory, as many as come, in one task of libuv's thread pool; a
 * promise and a task for each would cost more than the copies. Whatever is not that simple is left
 * to copyFile.
 */
#include "copy.h"
#include "methods.h"
#include "pair_task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MS 1000000

/* One file's result, for `readCopied` of apply/copy-file.ts. */
struct copied {
	uint64_t flags;
	uint64_t bytes;
	uint64_t ino;
	int64_t ctime_sec;
	uint64_t ctime_nsec;
};

#define COPIED_DONE 1
#define COPIED_XATTRS_REFUSED 2

struct task {
	struct pair_task pair;
	struct copy template;
	struct plain plain;
	char *names; /* each ended by NUL */
	size_t count;
	struct copied *results;
};

static void clear(void *data)
{
	struct task *task = data;

	free(task->names);
	free(task->results);
}

static void copy_one(struct task *task, const char *name, struct copied *result)
{
	struct copy copy = task->template;

	if (strlen(name) > NAME_MAX)
		return;
	strcpy(copy.source_name, name);
	strcpy(copy.final_name, name);
	copy_run(&copy);
	task->template.named = copy.named;
	if (copy.error != 0 || copy.skipped || copy.changed)
		return;
	*result = (struct copied){
		.flags = COPIED_DONE | (copy.xattrs_refused ? COPIED_XATTRS_REFUSED : 0),
		.bytes = copy.bytes,
		.ino = copy.source.stx_ino,
		.ctime_sec = copy.source.stx_ctime.tv_sec,
		.ctime_nsec = copy.source.stx_ctime.tv_nsec,
	};
}

static void execute(napi_env env, void *data)
{
	struct task *task = data;
	const char *name = task->names;

	(void)env;
	for (size_t at = 0; at < task->count; at++) {
		copy_one(task, name, &task->results[at]);
		name += strlen(name) + 1;
	}
}

static void complete(napi_env env, napi_status status, void *data)
{
	struct task *task = data;
	size_t size = task->count * sizeof(*task->results);
	napi_value buffer;
	void *bytes;

	/* Cancelled: nothing was done, and that is what the results say. */
	(void)status;
	if (napi_create_arraybuffer(env, size, &bytes, &buffer) == napi_ok) {
		memcpy(bytes, task->results, size);
		napi_resolve_deferred(env, task->pair.deferred, buffer);
	}
	pair_task_free(env, &task->pair);
}

static bool read_names(struct call *call, struct task *task)
{
	void *bytes;
	size_t length;

	if (!arg_memory(call, 3, &bytes, &length))
		return false;
	if (length == 0 || ((char *)bytes)[length - 1] != '\0')
		return throw_type(call, "argument 4 must be names that are ended by NUL");
	for (size_t at = 0; at < length; at++)
		task->count += ((char *)bytes)[at] == '\0';
	task->names = malloc(length);
	task->results = calloc(task->count, sizeof(*task->results));
	if (task->names == NULL || task->results == NULL) {
		throw_system(call, ENOMEM, call->function, NULL);
		return false;
	}
	memcpy(task->names, bytes, length);
	return true;
}

static bool read_task(struct call *call, void *data)
{
	struct task *task = data;
	struct copy *copy = &task->template;
	int source_dir, destination_dir;
	char temp[PATH_MAX];
	int64_t rest_ms = 0;

	if (!arg_fd(call, 0, &source_dir) || !arg_name_at(call, 1, &destination_dir, temp) ||
	    !take_name(call, temp, copy->temp_name) || !read_names(call, task) ||
	    !option_bool(call, 4, "owner", &copy->owner) ||
	    !option_bool(call, 4, "xattrs", &copy->xattrs) ||
	    !option_bool(call, 4, "fsync", &copy->fsync) ||
	    !option_bool(call, 4, "young", &task->plain.young) ||
	    !option_i64(call, 4, "restMs", &rest_ms) ||
	    !pair_task_open(call, &task->pair, source_dir, destination_dir, 5))
		return false;
	task->plain.rest_ns = rest_ms * NS_PER_MS;
	copy->source_dir = task->pair.source_dir;
	copy->destination_dir = task->pair.destination_dir;
	copy->group = task->pair.group;
	copy->plain = &task->plain;
	copy->rename = true;
	copy->mode = -1;
	return true;
}

static const struct pair_task_type COPY_MANY = {
	.function = "copyMany",
	.size = sizeof(struct task),
	.read = read_task,
	.execute = execute,
	.complete = complete,
	.clear = clear,
};

static napi_value copy_many(napi_env env, napi_callback_info info)
{
	return pair_task_call(env, info, &COPY_MANY);
}

const struct method copy_many_methods[] = {
	{ "copyMany", copy_many },
	{ NULL, NULL },
};
