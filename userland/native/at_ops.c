/*
 * Changes of a tree, each relative to a directory fd, so that a parent swapped for a symlink leads
 * nowhere else.
 */
#include "methods.h"

#include <fcntl.h>
#include <stdio.h>
#include <dirent.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static napi_value mkdir_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	uint32_t mode;

	if (!call_open(&call, env, info, "mkdirAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_u32(&call, 2, &mode))
		return NULL;
	return result_void(&call, mkdirat(dir, name, mode), "mkdirat", name);
}

static napi_value remove_at(napi_env env, napi_callback_info info, const char *function, int flags)
{
	struct call call;
	int dir;
	char name[PATH_MAX];

	if (!call_open(&call, env, info, function) || !arg_name_at(&call, 0, &dir, name))
		return NULL;
	return result_void(&call, unlinkat(dir, name, flags), "unlinkat", name);
}

static napi_value unlink_at(napi_env env, napi_callback_info info)
{
	return remove_at(env, info, "unlinkAt", 0);
}

static napi_value rmdir_at(napi_env env, napi_callback_info info)
{
	return remove_at(env, info, "rmdirAt", AT_REMOVEDIR);
}

static napi_value rename_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int old_dir, new_dir;
	char old_name[PATH_MAX], new_name[PATH_MAX];
	uint32_t flags = 0;

	if (!call_open(&call, env, info, "renameAt") ||
	    !arg_name_at(&call, 0, &old_dir, old_name) ||
	    !arg_name_at(&call, 2, &new_dir, new_name) ||
	    (arg_given(&call, 4) && !arg_u32(&call, 4, &flags)))
		return NULL;
	return result_void(&call, renameat2(old_dir, old_name, new_dir, new_name, flags),
			   "renameat2", old_name);
}

static napi_value link_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int old_dir, new_dir;
	char old_name[PATH_MAX], new_name[PATH_MAX];

	if (!call_open(&call, env, info, "linkAt") || !arg_name_at(&call, 0, &old_dir, old_name) ||
	    !arg_name_at(&call, 2, &new_dir, new_name))
		return NULL;
	return result_void(&call, linkat(old_dir, old_name, new_dir, new_name, 0), "linkat",
			   old_name);
}

static napi_value symlink_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char target[PATH_MAX], name[PATH_MAX];

	if (!call_open(&call, env, info, "symlinkAt") || !arg_bytes(&call, 0, target) ||
	    !arg_name_at(&call, 1, &dir, name))
		return NULL;
	return result_void(&call, symlinkat(target, dir, name), "symlinkat", name);
}

static napi_value readlink_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	if (!call_open(&call, env, info, "readlinkAt") || !arg_name_at(&call, 0, &dir, name))
		return NULL;
	/* No target is longer than PATH_MAX - 1 bytes, so nothing is ever cut off here. */
	length = readlinkat(dir, name, target, sizeof(target));
	return length < 0 ? result_void(&call, length, "readlinkat", name)
			  : make_bytes(env, target, (size_t)length);
}

static napi_value mknod_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	uint32_t type, mode, major, minor;
	mode_t full;

	if (!call_open(&call, env, info, "mknodAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_u32(&call, 2, &type) || !arg_u32(&call, 3, &mode) || !arg_u32(&call, 4, &major) ||
	    !arg_u32(&call, 5, &minor))
		return NULL;
	full = DTTOIF(type & 0xf) | (mode & 07777);
	return result_void(&call, mknodat(dir, name, full, makedev(major, minor)), "mknodat", name);
}

static napi_value chmod_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	uint32_t mode;

	if (!call_open(&call, env, info, "chmodAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_u32(&call, 2, &mode))
		return NULL;
	/*
	 * The C library does the no-follow part through an O_PATH fd, where the kernel cannot
	 * (before 6.6).
	 */
	return result_void(&call, fchmodat(dir, name, mode & 07777, AT_SYMLINK_NOFOLLOW),
			   "fchmodat", name);
}

static napi_value chmod_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;
	uint32_t mode;

	if (!call_open(&call, env, info, "chmodFd") || !arg_fd(&call, 0, &fd) ||
	    !arg_u32(&call, 1, &mode))
		return NULL;
	return result_void(&call, fchmod(fd, mode & 07777), "fchmod", NULL);
}

static napi_value chown_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	uint32_t uid, gid;

	if (!call_open(&call, env, info, "chownAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_u32(&call, 2, &uid) || !arg_u32(&call, 3, &gid))
		return NULL;
	return result_void(&call, fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW), "fchownat",
			   name);
}

static napi_value chown_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;
	uint32_t uid, gid;

	if (!call_open(&call, env, info, "chownFd") || !arg_fd(&call, 0, &fd) ||
	    !arg_u32(&call, 1, &uid) || !arg_u32(&call, 2, &gid))
		return NULL;
	return result_void(&call, fchown(fd, uid, gid), "fchown", NULL);
}

/* Access time left alone, modification time from two arguments: seconds and nanoseconds. */
static bool arg_mtime(struct call *call, unsigned int at, struct timespec times[2])
{
	int64_t seconds;
	uint32_t nanoseconds;

	if (!arg_i64(call, at, &seconds) || !arg_u32(call, at + 1, &nanoseconds))
		return false;
	/*
	 * Also keeps UTIME_NOW and UTIME_OMIT, which are numbers of nanoseconds, from getting
	 * through.
	 */
	if (nanoseconds > 999999999)
		return throw_type(call, "nanoseconds must be below 1000000000");
	times[0] = (struct timespec){ .tv_nsec = UTIME_OMIT };
	times[1] = (struct timespec){ .tv_sec = seconds, .tv_nsec = nanoseconds };
	return true;
}

static napi_value utimes_at(napi_env env, napi_callback_info info)
{
	struct call call;
	int dir;
	char name[PATH_MAX];
	struct timespec times[2];

	if (!call_open(&call, env, info, "utimesAt") || !arg_name_at(&call, 0, &dir, name) ||
	    !arg_mtime(&call, 2, times))
		return NULL;
	return result_void(&call, utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW), "utimensat",
			   name);
}

static napi_value utimes_fd(napi_env env, napi_callback_info info)
{
	struct call call;
	int fd;
	struct timespec times[2];

	if (!call_open(&call, env, info, "utimesFd") || !arg_fd(&call, 0, &fd) ||
	    !arg_mtime(&call, 1, times))
		return NULL;
	return result_void(&call, futimens(fd, times), "futimens", NULL);
}

const struct method at_methods[] = {
	{ "mkdirAt", mkdir_at },       { "unlinkAt", unlink_at }, { "rmdirAt", rmdir_at },
	{ "renameAt", rename_at },     { "linkAt", link_at },	  { "symlinkAt", symlink_at },
	{ "readlinkAt", readlink_at }, { "mknodAt", mknod_at },	  { "chmodAt", chmod_at },
	{ "chmodFd", chmod_fd },       { "chownAt", chown_at },	  { "chownFd", chown_fd },
	{ "utimesAt", utimes_at },     { "utimesFd", utimes_fd }, { NULL, NULL },
};
