/*
 * Opening, closing and locking: every descriptor is close-on-exec, and no symlink is followed below
 * a root.
 */
#include "methods.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static napi_value open_root(napi_env env, napi_callback_info info)
{
	struct call call;
	char path[PATH_MAX];

	if (!call_open(&call, env, info, "openRoot") || !arg_bytes(&call, 0, path))
		return NULL;
	return result_int(&call, open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path);
}

/* What openDir and openFile have in common: a name below a directory, never through a symlink. */
static napi_value open_below(napi_env env, napi_callback_info info, const char *method, int flags)
{
	struct call call;
	int dir;
	char name[PATH_MAX];

	if (!call_open(&call, env, info, method) || !arg_name_at(&call, 0, &dir, name))
		return NULL;
	return result_int(&call, openat(dir, name, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC),
			  "openat", name);
}

static napi_value open_dir(napi_env env, napi_callback_info info)
{
	return open_below(env, info, "openDir", O_DIRECTORY);
}

static napi_value open_file(napi_env env, napi_callback_info info)
{
	return open_below(env, info, "openFile", O_NONBLOCK);
}

static napi_value close_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd, result;

	if (!call_open(&call, env, info, "close") || !arg_fd(&call, 0, &fd))
		return NULL;
	result = close(fd);
	/*
	 * Linux gives the descriptor back whatever it says of its file (close(2)), and no data was
	 * written through one that is closed here: copy.c closes those itself, and looks.
	 */
	if (result < 0 && errno != EBADF)
		result = 0;
	return result_void(&call, result, "close", NULL);
}

static napi_value fsync_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;

	if (!call_open(&call, env, info, "fsync") || !arg_fd(&call, 0, &fd))
		return NULL;
	return result_void(&call, fsync(fd), "fsync", NULL);
}

static napi_value try_lock(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;

	if (!call_open(&call, env, info, "tryLock") || !arg_fd(&call, 0, &fd))
		return NULL;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return make_bool(env, true);
	if (errno == EWOULDBLOCK)
		return make_bool(env, false);
	return throw_system(&call, errno, "flock", NULL);
}

const struct method open_methods[] = {
	{ "openRoot", open_root },
	{ "openDir", open_dir },
	{ "openFile", open_file },
	{ "close", close_fd },
	{ "fsync", fsync_fd },
	{ "tryLock", try_lock },
	{ NULL, NULL },
};
