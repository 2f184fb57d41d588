/*
 * Readiness of a descriptor on Node's event loop, through libuv's uv_poll: no thread, no polling,
 * no copy of the data.
 *
 * A watch has two owners, and is freed when both have let go: the libuv handle, whose closing is
 * asynchronous, and the JavaScript object that `watchFd` returned. It is closed by close(), or by
 * the end of the environment.
 */
#include "methods.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

struct watch {
	uv_poll_t poll;
	napi_env env;
	napi_async_context context;
	napi_ref callback;
	napi_async_cleanup_hook_handle cleanup;
	int owners;
	bool closing;
};

static void release(struct watch *watch)
{
	if (--watch->owners == 0)
		free(watch);
}

static void on_collected(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	release(data);
}

static void on_closed(uv_handle_t *handle)
{
	struct watch *watch = handle->data;

	/* An environment that is being ended waits for this. */
	napi_remove_async_cleanup_hook(watch->cleanup);
	release(watch);
}

static void watch_close(struct watch *watch)
{
	if (watch->closing)
		return;
	watch->closing = true;
	napi_delete_reference(watch->env, watch->callback);
	napi_async_destroy(watch->env, watch->context);
	uv_close((uv_handle_t *)&watch->poll, on_closed);
}

static void on_environment_end(napi_async_cleanup_hook_handle handle, void *data)
{
	(void)handle;
	watch_close(data);
}

static void call_back(struct watch *watch)
{
	napi_env env = watch->env;
	napi_value callback, receiver, error;

	if (napi_get_reference_value(env, watch->callback, &callback) != napi_ok ||
	    napi_get_global(env, &receiver) != napi_ok)
		return;
	/*
	 * An exception of the callback is an uncaught one, as with any callback from the event
	 * loop.
	 */
	if (napi_make_callback(env, watch->context, receiver, callback, 0, NULL, NULL) ==
		    napi_pending_exception &&
	    napi_get_and_clear_last_exception(env, &error) == napi_ok)
		napi_fatal_exception(env, error);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
	struct watch *watch = poll->data;
	napi_handle_scope scope;

	/*
	 * After an error libuv has stopped the poll; the reader is called once more and finds the
	 * error itself.
	 */
	(void)status;
	(void)events;
	if (watch->closing || napi_open_handle_scope(watch->env, &scope) != napi_ok)
		return;
	call_back(watch);
	napi_close_handle_scope(watch->env, scope);
}

/* The watch behind `this`; NULL with a pending TypeError when a method was torn off its object. */
static struct watch *watch_of(napi_env env, napi_callback_info info)
{
	napi_value receiver;
	struct watch *watch = NULL;

	if (napi_get_cb_info(env, info, NULL, NULL, &receiver, NULL) != napi_ok ||
	    napi_unwrap(env, receiver, (void **)&watch) != napi_ok)
		napi_throw_type_error(env, "ERR_INVALID_THIS",
				      "watchFd: called on what is no watch");
	return watch;
}

static napi_value method_pause(napi_env env, napi_callback_info info)
{
	struct watch *watch = watch_of(env, info);

	if (watch != NULL && !watch->closing)
		uv_poll_stop(&watch->poll);
	return NULL;
}

static napi_value method_resume(napi_env env, napi_callback_info info)
{
	struct watch *watch = watch_of(env, info);

	if (watch != NULL && !watch->closing)
		uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return NULL;
}

static napi_value method_close(napi_env env, napi_callback_info info)
{
	struct watch *watch = watch_of(env, info);

	if (watch != NULL)
		watch_close(watch);
	return NULL;
}

static napi_value wrap(napi_env env, struct watch *watch)
{
	static const napi_property_descriptor METHODS[] = {
		{ .utf8name = "pause", .method = method_pause },
		{ .utf8name = "resume", .method = method_resume },
		{ .utf8name = "close", .method = method_close },
	};
	napi_value object;

	if (napi_create_object(env, &object) != napi_ok ||
	    napi_define_properties(env, object, sizeof(METHODS) / sizeof(METHODS[0]), METHODS) !=
		    napi_ok ||
	    napi_wrap(env, object, watch, on_collected, NULL, NULL) != napi_ok)
		return NULL;
	watch->owners++;
	return object;
}

/*
 * What Node keeps for a watch. These fail only while the environment is being ended, when nothing
 * is called back.
 */
static void attach(napi_env env, struct watch *watch, napi_value callback)
{
	napi_value name;

	napi_create_string_latin1(env, "dirsync.watchFd", NAPI_AUTO_LENGTH, &name);
	napi_async_init(env, NULL, name, &watch->context);
	napi_create_reference(env, callback, 1, &watch->callback);
	napi_add_async_cleanup_hook(env, on_environment_end, watch, &watch->cleanup);
}

static napi_value watch_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	struct watch *watch;
	napi_valuetype type;
	uv_loop_t *loop;
	int fd, error;

	if (!call_open(&call, env, info, "watchFd") || !arg_fd(&call, 0, &fd))
		return NULL;
	if (napi_typeof(env, call.value[1], &type) != napi_ok || type != napi_function) {
		throw_type(&call, "argument 2 must be a function");
		return NULL;
	}
	watch = calloc(1, sizeof(*watch));
	if (watch == NULL || napi_get_uv_event_loop(env, &loop) != napi_ok) {
		free(watch);
		return throw_system(&call, ENOMEM, "watchFd", NULL);
	}
	error = uv_poll_init(loop, &watch->poll, fd);
	if (error < 0) {
		free(watch);
		return throw_system(&call, -error, "uv_poll_init", NULL);
	}
	watch->poll.data = watch;
	watch->env = env;
	watch->owners = 1;
	attach(env, watch, call.value[1]);
	uv_poll_start(&watch->poll, UV_READABLE, on_readable);
	return wrap(env, watch);
}

const struct method watch_methods[] = {
	{ "watchFd", watch_fd },
	{ NULL, NULL },
};
