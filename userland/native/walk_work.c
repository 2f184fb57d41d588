/*
 * A walk for JavaScript: each step is a task of libuv's thread pool, and any number may run at
 * once. What was found is taken when a step is over, on the JavaScript thread, so that batches come
 * in their order whichever step ends first.
 */
#include "methods.h"
#include "probe.h"
#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct step {
	napi_async_work work;
	napi_deferred deferred;
	napi_ref owner; /* keeps the walk while the step runs */
	struct walk *walk;
};

static void collected(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	walk_free(data);
}

static bool option_number(struct call *call, const char *property, int64_t *value)
{
	return option_i64(call, 2, property, value);
}

static bool read_request(struct call *call, struct walk_request *request)
{
	int64_t compare = 0, report = 0, mask = 0, inotify = -1, slack = 0;

	request->recent_since = INT64_MAX;
	if (!arg_fd(call, 0, &request->compare.source) ||
	    !arg_fd(call, 1, &request->compare.destination) ||
	    !option_number(call, "compare", &compare) || !option_number(call, "report", &report) ||
	    !option_number(call, "mtimeSlackNs", &slack) ||
	    !option_number(call, "inotify", &inotify) || !option_number(call, "mask", &mask) ||
	    !option_number(call, "recentSince", &request->recent_since) ||
	    !option_bool(call, 2, "kernel", &request->kernel) ||
	    !option_bool(call, 2, "attributes", &request->attributes))
		return false;
	request->compare.compare = (uint32_t)compare;
	request->compare.report = (uint32_t)report;
	request->compare.mtime_slack_ns = (uint64_t)slack;
	request->inotify = (int)inotify;
	request->mask = (uint32_t)mask;
	request->kernel = request->kernel && kernel_is_usable();
	return true;
}

static napi_value walk_start(napi_env env, napi_callback_info info)
{
	struct call call;
	struct walk_request request = { 0 };
	struct walk *walk;
	napi_value handle;

	if (!call_open(&call, env, info, "walkStart") || !read_request(&call, &request))
		return NULL;
	walk = walk_new(&request);
	if (walk == NULL)
		return throw_system(&call, errno, "openat", NULL);
	if (napi_create_external(env, walk, collected, NULL, &handle) != napi_ok) {
		walk_free(walk);
		return NULL;
	}
	return handle;
}

static bool arg_walk(struct call *call, struct walk **walk)
{
	void *data;

	if (napi_get_value_external(call->env, call->value[0], &data) != napi_ok)
		return throw_type(call, "argument 1 must be what walkStart returned");
	*walk = data;
	return true;
}

static void execute(napi_env env, void *data)
{
	struct step *step = data;

	(void)env;
	walk_step(step->walk);
}

/* A Buffer; with its first byte it says whether the walk is over. */
static napi_value make_found(napi_env env, struct walk *walk)
{
	napi_value buffer = NULL;
	size_t length;
	bool done;
	void *bytes;
	char *found = walk_take(walk, &length, &done);

	if (napi_create_buffer(env, length + 4, &bytes, &buffer) == napi_ok) {
		memset(bytes, done ? 1 : 0, 4);
		if (length > 0)
			memcpy((char *)bytes + 4, found, length);
	}
	free(found);
	return buffer;
}

static void complete(napi_env env, napi_status status, void *data)
{
	struct step *step = data;
	napi_value found;

	if (status == napi_cancelled)
		walk_cancel(step->walk);
	found = make_found(env, step->walk);
	if (found != NULL)
		napi_resolve_deferred(env, step->deferred, found);
	napi_delete_reference(env, step->owner);
	napi_delete_async_work(env, step->work);
	free(step);
}

static napi_value walk_step_async(napi_env env, napi_callback_info info)
{
	struct call call;
	struct step *step;
	napi_value name, promise;

	if (!call_open(&call, env, info, "walkStep"))
		return NULL;
	step = calloc(1, sizeof(*step));
	if (step == NULL)
		return throw_system(&call, ENOMEM, "walkStep", NULL);
	if (!arg_walk(&call, &step->walk) ||
	    napi_create_string_latin1(env, "dirsync.walk", NAPI_AUTO_LENGTH, &name) != napi_ok ||
	    napi_create_reference(env, call.value[0], 1, &step->owner) != napi_ok ||
	    napi_create_async_work(env, NULL, name, execute, complete, step, &step->work) !=
		    napi_ok ||
	    napi_create_promise(env, &step->deferred, &promise) != napi_ok ||
	    napi_queue_async_work(env, step->work) != napi_ok) {
		free(step);
		return NULL;
	}
	return promise;
}

static napi_value walk_cancel_all(napi_env env, napi_callback_info info)
{
	struct call call;
	struct walk *walk = NULL;

	if (call_open(&call, env, info, "walkCancel") && arg_walk(&call, &walk))
		walk_cancel(walk);
	return NULL;
}

const struct method walk_methods[] = {
	{ "walkStart", walk_start },
	{ "walkStep", walk_step_async },
	{ "walkCancel", walk_cancel_all },
	{ NULL, NULL },
};
