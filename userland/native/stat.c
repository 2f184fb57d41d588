/* Attributes of one file, and the names of one directory. */
#include "stat.h"
#include "methods.h"
#include "shapes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

napi_value stat_make(napi_env env, const struct statx *stat)
{
	napi_value ino;

	if (napi_create_bigint_uint64(env, stat->stx_ino, &ino) != napi_ok)
		return NULL;
	const napi_value values[] = {
		make_number(env, stat_type(stat)),
		make_number(env, stat->stx_mode & 07777),
		make_number(env, stat->stx_uid),
		make_number(env, stat->stx_gid),
		make_number(env, stat->stx_nlink),
		make_number(env, (double)stat->stx_size),
		make_number(env, (double)stat->stx_blocks),
		ino,
		make_number(env, stat->stx_dev_major * 4294967296.0 + stat->stx_dev_minor),
		make_number(env, (double)stat->stx_mtime.tv_sec),
		make_number(env, stat->stx_mtime.tv_nsec),
		make_number(env, (double)stat->stx_ctime.tv_sec),
		make_number(env, stat->stx_ctime.tv_nsec),
		make_number(env, stat->stx_rdev_major),
		make_number(env, stat->stx_rdev_minor),
	};
	return shape_make(env, SHAPE_STAT, sizeof(values) / sizeof(values[0]), values);
}

static napi_value stat_at_method(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	bool follow;
	struct statx stat;
	napi_value null = NULL;

	if (!call_open(&call, env, info, "statAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_bool(&call, 2, false, &follow))
		return NULL;
	if (stat_flags(dir, name, follow ? 0 : AT_SYMLINK_NOFOLLOW, &stat) == 0)
		return stat_make(env, &stat);
	if (errno != ENOENT)
		return throw_system(&call, errno, "statx", name);
	napi_get_null(env, &null);
	return null;
}

static napi_value stat_fd_method(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;
	struct statx stat;

	if (!call_open(&call, env, info, "statFd") || !arg_fd(&call, 0, &fd))
		return NULL;
	return stat_fd(fd, &stat) < 0 ? throw_system(&call, errno, "statx", NULL)
				      : stat_make(env, &stat);
}

/*
 * A file system may leave the type out of its directories; a name that is gone meanwhile keeps
 * DT_UNKNOWN.
 */
static unsigned char entry_type(int dir, const struct dirent64 *entry)
{
	struct statx stat;

	if (entry->d_type != DT_UNKNOWN || stat_at(dir, entry->d_name, &stat) < 0)
		return entry->d_type;
	return stat_type(&stat);
}

static bool push_entry(napi_env env, napi_value list, uint32_t *count, int dir,
		       const struct dirent64 *entry)
{
	unsigned char type;
	napi_handle_scope scope;
	napi_value object;
	bool pushed;

	if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
		return true;
	type = entry_type(dir, entry);
	if (type == DT_UNKNOWN)
		return true;
	/* Without a scope of its own each object would stay reachable until the whole list is made. */
	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return false;
	const napi_value values[] = { make_bytes(env, entry->d_name, strlen(entry->d_name)),
				      make_number(env, type) };
	object = shape_make(env, SHAPE_DIR_ENTRY, 2, values);
	pushed = object != NULL && napi_set_element(env, list, (*count)++, object) == napi_ok;
	napi_close_handle_scope(env, scope);
	return pushed;
}

static napi_value list_dir(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	napi_value list;
	uint32_t count = 0;
	_Alignas(struct dirent64) char buffer[32768];

	if (!call_open(&call, env, info, "listDir") || !arg_fd(&call, 0, &dir))
		return NULL;
	if (lseek(dir, 0, SEEK_SET) < 0)
		return throw_system(&call, errno, "lseek", NULL);
	if (napi_create_array(env, &list) != napi_ok)
		return NULL;
	for (;;) {
		ssize_t length = read_entries(dir, buffer, sizeof(buffer));

		if (length < 0)
			return throw_system(&call, errno, "getdents64", NULL);
		if (length == 0)
			return list;
		for (ssize_t at = 0; at < length;) {
			const struct dirent64 *entry = (const void *)(buffer + at);

			if (!push_entry(env, list, &count, dir, entry))
				return NULL;
			at += entry->d_reclen;
		}
	}
}

static napi_value rewind_dir(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;

	if (!call_open(&call, env, info, "rewindDir") || !arg_fd(&call, 0, &dir))
		return NULL;
	return result_void(&call, lseek(dir, 0, SEEK_SET), "lseek", NULL);
}

static napi_value counters_method(napi_env env, napi_callback_info info)
{
	(void)info;
	const napi_value values[] = {
		make_number(env, (double)atomic_load(&counters.statx)),
		make_number(env, (double)atomic_load(&counters.getdents)),
		make_number(env, (double)atomic_load(&counters.dirsync_stat)),
		make_number(env, (double)atomic_load(&counters.dirsync_list)),
		make_number(env, (double)atomic_load(&counters.dirsync_diff)),
	};
	return shape_make(env, SHAPE_COUNTERS, sizeof(values) / sizeof(values[0]), values);
}

const struct method stat_methods[] = {
	{ "statAt", stat_at_method }, { "statFd", stat_fd_method },    { "listDir", list_dir },
	{ "rewindDir", rewind_dir },  { "counters", counters_method }, { NULL, NULL },
};
