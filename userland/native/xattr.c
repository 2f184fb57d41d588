/*
 * Extended attributes, ACLs among them (system.posix_acl_*).
 *
 * By name they are reached through /proc/self/fd/DIR/NAME: there are no *at calls for them before
 * Linux 6.13, and the l* variants do not follow the name itself.
 */
#include "xattr.h"
#include "methods.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

/* Limits of the kernel: XATTR_LIST_MAX and XATTR_SIZE_MAX, so that one read always suffices. */
#define LIST_BYTES 65536
#define VALUE_BYTES 65536

static bool arg_path_at(struct call *call, unsigned int at, char path[PATH_MAX],
			char name[PATH_MAX])
{
	int dir, length;

	if (!arg_name_at(call, at, &dir, name))
		return false;
	if (dir == AT_FDCWD)
		length = snprintf(path, PATH_MAX, "%s", name);
	else
		length = snprintf(path, PATH_MAX, "/proc/self/fd/%d/%s", dir, name);
	if (length < PATH_MAX)
		return true;
	throw_system(call, ENAMETOOLONG, call->function, name);
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static napi_value make_sorted_list(napi_env env, const char *list, size_t length)
{
	/* The shortest name has two bytes: one letter and NUL. */
	const char **names = malloc((length / 2 + 1) * sizeof(*names));
	uint32_t count = 0;
	napi_value array;

	if (names == NULL || napi_create_array(env, &array) != napi_ok) {
		free(names);
		return NULL;
	}
	for (size_t at = 0; at < length; at += strlen(list + at) + 1)
		names[count++] = list + at;
	qsort(names, count, sizeof(*names), by_name);
	for (uint32_t i = 0; i < count; i++)
		napi_set_element(env, array, i, make_bytes(env, names[i], strlen(names[i])));
	free(names);
	return array;
}

static napi_value list_xattrs(napi_env env, napi_callback_info info)
{
	struct call call;
	char path[PATH_MAX], name[PATH_MAX], list[LIST_BYTES];
	ssize_t length;

	if (!call_open(&call, env, info, "listXattrs") || !arg_path_at(&call, 0, path, name))
		return NULL;
	length = llistxattr(path, list, sizeof(list));
	if (length >= 0)
		return make_sorted_list(env, list, (size_t)length);
	/* A file system without attributes has none. */
	if (errno == ENOTSUP)
		return make_sorted_list(env, list, 0);
	return throw_system(&call, errno, "llistxattr", name);
}

static napi_value get_xattr(napi_env env, napi_callback_info info)
{
	struct call call;
	char path[PATH_MAX], name[PATH_MAX], attribute[PATH_MAX], value[VALUE_BYTES];
	ssize_t length;
	napi_value result = NULL;

	if (!call_open(&call, env, info, "getXattr") || !arg_path_at(&call, 0, path, name) ||
	    !arg_bytes(&call, 2, attribute))
		return NULL;
	length = lgetxattr(path, attribute, value, sizeof(value));
	if (length >= 0)
		napi_create_buffer_copy(env, (size_t)length, value, NULL, &result);
	else if (errno == ENODATA || errno == ENOTSUP)
		napi_get_null(env, &result);
	else
		throw_system(&call, errno, "lgetxattr", name);
	return result;
}

static napi_value set_xattr(napi_env env, napi_callback_info info)
{
	struct call call;
	char path[PATH_MAX], name[PATH_MAX], attribute[PATH_MAX];
	void *value;
	size_t length;

	if (!call_open(&call, env, info, "setXattr") || !arg_path_at(&call, 0, path, name) ||
	    !arg_bytes(&call, 2, attribute) || !arg_memory(&call, 3, &value, &length))
		return NULL;
	return result_void(&call, lsetxattr(path, attribute, value, length, 0), "lsetxattr", name);
}

static napi_value remove_xattr(napi_env env, napi_callback_info info)
{
	struct call call;
	char path[PATH_MAX], name[PATH_MAX], attribute[PATH_MAX];

	if (!call_open(&call, env, info, "removeXattr") || !arg_path_at(&call, 0, path, name) ||
	    !arg_bytes(&call, 2, attribute))
		return NULL;
	return result_void(&call, lremovexattr(path, attribute), "lremovexattr", name);
}

/* The files of two names: four arguments. False with an exception pending. */
static bool arg_sides(struct call *call, struct xattr_side *source, char source_path[PATH_MAX],
		      struct xattr_side *destination, char destination_path[PATH_MAX],
		      char name[PATH_MAX])
{
	if (!arg_path_at(call, 0, source_path, name) ||
	    !arg_path_at(call, 2, destination_path, name))
		return false;
	*source = (struct xattr_side){ .path = source_path };
	*destination = (struct xattr_side){ .path = destination_path };
	return true;
}

static napi_value xattrs_differ_method(napi_env env, napi_callback_info info)
{
	struct call call;
	struct xattr_side source, destination;
	char source_path[PATH_MAX], destination_path[PATH_MAX], name[PATH_MAX];
	int result;

	if (!call_open(&call, env, info, "xattrsDiffer") ||
	    !arg_sides(&call, &source, source_path, &destination, destination_path, name))
		return NULL;
	result = xattrs_differ(&source, &destination);
	return result < 0 ? throw_system(&call, errno, "llistxattr", name)
			  : make_bool(env, result > 0);
}

static napi_value copy_xattrs_method(napi_env env, napi_callback_info info)
{
	struct call call;
	struct xattr_side source, destination;
	char source_path[PATH_MAX], destination_path[PATH_MAX], name[PATH_MAX];

	if (!call_open(&call, env, info, "copyXattrs") ||
	    !arg_sides(&call, &source, source_path, &destination, destination_path, name))
		return NULL;
	return result_int(&call, xattrs_copy(&source, &destination), "lsetxattr", name);
}

const struct method xattr_methods[] = {
	{ "listXattrs", list_xattrs },
	{ "getXattr", get_xattr },
	{ "setXattr", set_xattr },
	{ "removeXattr", remove_xattr },
	{ "xattrsDiffer", xattrs_differ_method },
	{ "copyXattrs", copy_xattrs_method },
	{ NULL, NULL },
};
