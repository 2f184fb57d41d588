/* inotify(7), on directories that are held open instead of named. */
#include "inotify.h"
#include "methods.h"
#include "shapes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

/* The kernel copies as many whole events as fit; the longest has 16 + 256 bytes. */
#define READ_BYTES 65536

static napi_value init(napi_env env, napi_callback_info info)
{
	struct call call;

	if (!call_open(&call, env, info, "inotifyInit"))
		return NULL;
	return result_int(&call, inotify_init1(IN_NONBLOCK | IN_CLOEXEC), "inotify_init1", NULL);
}

int watch_open_directory(int inotify, int dir, uint32_t mask)
{
	char path[32];

	/*
	 * A link of /proc leads to the open directory itself, even if its name stands for another
	 * one by now.
	 */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	return inotify_add_watch(inotify, path, mask);
}

static napi_value add_watch(napi_env env, napi_callback_info info)
{
	struct call call;
	int inotify, dir;
	uint32_t mask;

	if (!call_open(&call, env, info, "inotifyAddWatch") || !arg_fd(&call, 0, &inotify) ||
	    !arg_fd(&call, 1, &dir) || !arg_u32(&call, 2, &mask))
		return NULL;
	return result_int(&call, watch_open_directory(inotify, dir, mask), "inotify_add_watch",
			  NULL);
}

static napi_value remove_watch(napi_env env, napi_callback_info info)
{
	struct call call;
	int inotify, wd;

	if (!call_open(&call, env, info, "inotifyRemoveWatch") || !arg_fd(&call, 0, &inotify) ||
	    !arg_fd(&call, 1, &wd))
		return NULL;
	if (inotify_rm_watch(inotify, wd) == 0)
		return make_bool(env, true);
	/* Also what a wrong inotify fd gives; that one would have failed to add the watch. */
	if (errno == EINVAL)
		return make_bool(env, false);
	return throw_system(&call, errno, "inotify_rm_watch", NULL);
}

static bool push_event(napi_env env, napi_value list, uint32_t at,
		       const struct inotify_event *event)
{
	napi_handle_scope scope;
	napi_value object;
	bool pushed;

	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return false;
	const napi_value values[] = {
		make_number(env, event->wd),
		make_number(env, event->mask),
		make_number(env, event->cookie),
		/* `len` counts the padding; the name ends at its first NUL. */
		make_bytes(env, event->name, strnlen(event->name, event->len)),
	};
	object = shape_make(env, SHAPE_INOTIFY_EVENT, 4, values);
	pushed = object != NULL && napi_set_element(env, list, at, object) == napi_ok;
	napi_close_handle_scope(env, scope);
	return pushed;
}

static napi_value read_events(napi_env env, napi_callback_info info)
{
	struct call call;
	int inotify;
	_Alignas(struct inotify_event) char buffer[READ_BYTES];
	ssize_t length;
	napi_value list;
	uint32_t count = 0;

	if (!call_open(&call, env, info, "readEvents") || !arg_fd(&call, 0, &inotify))
		return NULL;
	do {
		length = read(inotify, buffer, sizeof(buffer));
	} while (length < 0 && errno == EINTR);
	if (length < 0 && errno != EAGAIN)
		return throw_system(&call, errno, "read", NULL);
	if (napi_create_array(env, &list) != napi_ok)
		return NULL;
	for (ssize_t at = 0; at < length;) {
		const struct inotify_event *event = (const void *)(buffer + at);

		if (!push_event(env, list, count++, event))
			return NULL;
		at += (ssize_t)(sizeof(*event) + event->len);
	}
	return list;
}

const struct method inotify_methods[] = {
	{ "inotifyInit", init },
	{ "inotifyAddWatch", add_watch },
	{ "inotifyRemoveWatch", remove_watch },
	{ "readEvents", read_events },
	{ NULL, NULL },
};
