/* Plain JavaScript objects of a fixed shape, made quickly: see shapes.h. */
#include "shapes.h"

#include <stdlib.h>
#include <string.h>

static const char *const SOURCES[SHAPE_COUNT] = {
	[SHAPE_STAT] =
		"((type, mode, uid, gid, nlink, size, blocks, ino, dev,"
		" mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, rdevMajor, rdevMinor) =>"
		" ({ type, mode, uid, gid, nlink, size, blocks, ino, dev,"
		" mtimeSec, mtimeNsec, ctimeSec, ctimeNsec, rdevMajor, rdevMinor }))",
	[SHAPE_DIR_ENTRY] = "((name, type) => ({ name, type }))",
	[SHAPE_INOTIFY_EVENT] = "((wd, mask, cookie, name) => ({ wd, mask, cookie, name }))",
	[SHAPE_COPY_RESULT] =
		"((changed, bytes, method, source, xattrsRefused) =>"
		" ({ changed, bytes, method, source, xattrsRefused }))",
	[SHAPE_COUNTERS] =
		"((statx, getdents, dirsyncStat, dirsyncList, dirsyncDiff) =>"
		" ({ statx, getdents, dirsyncStat, dirsyncList, dirsyncDiff }))",
};

/* The compiled functions of one environment; a worker thread has its own. */
struct shapes {
	napi_ref function[SHAPE_COUNT];
};

static void shapes_free(napi_env env, void *data, void *hint)
{
	struct shapes *shapes = data;

	(void)hint;
	for (int i = 0; i < SHAPE_COUNT; i++)
		napi_delete_reference(env, shapes->function[i]);
	free(shapes);
}

bool shapes_init(napi_env env)
{
	struct shapes *shapes = calloc(1, sizeof(*shapes));

	if (shapes == NULL)
		return false;
	for (int i = 0; i < SHAPE_COUNT; i++) {
		napi_value source, function;

		if (napi_create_string_latin1(env, SOURCES[i], NAPI_AUTO_LENGTH, &source) !=
			    napi_ok ||
		    napi_run_script(env, source, &function) != napi_ok ||
		    napi_create_reference(env, function, 1, &shapes->function[i]) != napi_ok) {
			free(shapes);
			return false;
		}
	}
	return napi_set_instance_data(env, shapes, shapes_free, NULL) == napi_ok;
}

napi_value shape_make(napi_env env, enum shape shape, size_t count, const napi_value *values)
{
	struct shapes *shapes;
	napi_value function, undefined, object;

	if (napi_get_instance_data(env, (void **)&shapes) != napi_ok ||
	    napi_get_reference_value(env, shapes->function[shape], &function) != napi_ok ||
	    napi_get_undefined(env, &undefined) != napi_ok ||
	    napi_call_function(env, undefined, function, count, values, &object) != napi_ok)
		return NULL;
	return object;
}
