/* SPDX-License-Identifier: MIT */
/*
 * What each operation does. Each returns 0, or the errno with which it failed, as it may.
 *
 * Paths start at the current directory. No symlink in them is ever followed, and nothing leads above the current
 * directory: a name may have become a link to anywhere while another writer was at work.
 */
#ifndef CHURN_PERFORM_H
#define CHURN_PERFORM_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "operation.h"

/* A place in the tree: an open directory (O_PATH) and a name in it. */
struct place {
	int directory;
	const char *name;
};

static int find_place(const char *path, struct place *place)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH,
	};
	const char *slash = path ? strrchr(path, '/') : NULL;
	char parent[PATH_MAX] = ".";

	if (!path)
		return EINVAL;
	if (slash) {
		if (slash - path >= PATH_MAX)
			return ENAMETOOLONG;
		memcpy(parent, path, slash - path);
		parent[slash - path] = '\0';
	}
	place->name = slash ? slash + 1 : path;
	place->directory = syscall(SYS_openat2, AT_FDCWD, parent, &how, sizeof(how));
	return place->directory < 0 ? errno : 0;
}

/* Ends what find_place began; `failed` is what the system call between them returned. */
static int leave(const struct place *place, int failed)
{
	int error = failed ? errno : 0;

	close(place->directory);
	return error;
}

/* Content by its place in the file, so that no two blocks are alike; `fill` 0 means zeroes. */
static int write_bytes(int fd, long long at, long long size, long long fill)
{
	static char buffer[1 << 14];

	while (size > 0) {
		size_t length = size < (long long)sizeof(buffer) ? (size_t)size : sizeof(buffer);
		ssize_t written;

		for (size_t i = 0; i < length; i++) {
			unsigned long long position = at + i;

			buffer[i] = fill ? (char)(fill + position * 7 + (position >> 8) * fill) : 0;
		}
		written = at >= 0 ? pwrite(fd, buffer, length, at) : write(fd, buffer, length);
		if (written < 0)
			return errno;
		size -= written;
		at += written;
	}
	return 0;
}

/* Opens a regular file for writing; returns the fd, or a negative errno. */
static int open_file(const struct operation *operation, int flags)
{
	struct place place;
	struct stat stat;
	int error = find_place(operation->path, &place);
	int fd;

	if (error)
		return -error;
	/* A FIFO must not make us wait for its reader. */
	fd = openat(place.directory, place.name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags,
		    (mode_t)operation->mode);
	error = leave(&place, fd < 0);
	if (error)
		return -error;
	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

static int close_after(int fd, int error)
{
	return close(fd) && !error ? errno : error;
}

static int do_create(const struct operation *operation)
{
	int fd = open_file(operation, O_CREAT | O_EXCL);

	return fd < 0 ? -fd : close_after(fd, write_bytes(fd, 0, operation->size, operation->fill));
}

static int do_rewrite(const struct operation *operation)
{
	int fd = open_file(operation, O_TRUNC);

	return fd < 0 ? -fd : close_after(fd, write_bytes(fd, 0, operation->size, operation->fill));
}

static int do_overwrite(const struct operation *operation)
{
	int fd = open_file(operation, 0);

	return fd < 0 ? -fd : close_after(fd, write_bytes(fd, operation->at, operation->size, operation->fill));
}

static int do_append(const struct operation *operation)
{
	int fd = open_file(operation, 0);
	off_t end;

	if (fd < 0)
		return -fd;
	end = lseek(fd, 0, SEEK_END);
	return close_after(fd, end < 0 ? errno : write_bytes(fd, end, operation->size, operation->fill));
}

static int do_truncate(const struct operation *operation)
{
	int fd = open_file(operation, 0);

	return fd < 0 ? -fd : close_after(fd, ftruncate(fd, operation->size) ? errno : 0);
}

static int allocate(const struct operation *operation, int mode)
{
	int fd = open_file(operation, 0);

	return fd < 0 ? -fd : close_after(fd, fallocate(fd, mode, operation->at, operation->size) ? errno : 0);
}

static int do_allocate(const struct operation *operation)
{
	return allocate(operation, 0);
}

static int do_punch(const struct operation *operation)
{
	return allocate(operation, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
}

static int do_mkdir(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, mkdirat(place.directory, place.name, operation->mode));
}

static int do_fifo(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, mkfifoat(place.directory, place.name, operation->mode));
}

static int do_symlink(const struct operation *operation)
{
	struct place place;
	int error = operation->to ? find_place(operation->path, &place) : EINVAL;

	return error ? error : leave(&place, symlinkat(operation->to, place.directory, place.name));
}

static int do_unlink(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, unlinkat(place.directory, place.name, 0));
}

static int do_rmdir(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, unlinkat(place.directory, place.name, AT_REMOVEDIR));
}

/* Removes all that lies in a directory, and goes on whatever fails: another writer may be removing the same. */
static void remove_content(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (unlinkat(fd, entry->d_name, 0) == 0 || errno != EISDIR)
			continue;
		remove_content(fd, entry->d_name);
		unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	}
	closedir(directory);
}

/* As rm -rf: a directory with all that lies in it, or anything else. */
static int do_remove(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);
	int failed;

	if (error)
		return error;
	failed = unlinkat(place.directory, place.name, 0);
	if (failed && errno == EISDIR) {
		remove_content(place.directory, place.name);
		failed = unlinkat(place.directory, place.name, AT_REMOVEDIR);
	}
	return leave(&place, failed);
}

static int do_wipe(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	if (error)
		return error;
	remove_content(place.directory, place.name);
	return leave(&place, 0);
}

static int between(const struct operation *operation, int (*call)(const struct place *, const struct place *))
{
	struct place from, to;
	int error = find_place(operation->path, &from);

	if (error)
		return error;
	error = find_place(operation->to, &to);
	if (!error)
		error = leave(&to, call(&from, &to));
	close(from.directory);
	return error;
}

static int call_rename(const struct place *from, const struct place *to)
{
	return renameat(from->directory, from->name, to->directory, to->name);
}

static int call_exchange(const struct place *from, const struct place *to)
{
	return renameat2(from->directory, from->name, to->directory, to->name, RENAME_EXCHANGE);
}

static int call_link(const struct place *from, const struct place *to)
{
	return linkat(from->directory, from->name, to->directory, to->name, 0);
}

static int do_rename(const struct operation *operation)
{
	return between(operation, call_rename);
}

static int do_exchange(const struct operation *operation)
{
	return between(operation, call_exchange);
}

static int do_link(const struct operation *operation)
{
	return between(operation, call_link);
}

static int do_chown(const struct operation *operation)
{
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, fchownat(place.directory, place.name, operation->uid, operation->gid,
						      AT_SYMLINK_NOFOLLOW));
}

static int do_utimes(const struct operation *operation)
{
	const struct timespec times[2] = {
		{ .tv_nsec = UTIME_OMIT },
		{ .tv_sec = operation->sec, .tv_nsec = operation->nsec },
	};
	struct place place;
	int error = find_place(operation->path, &place);

	return error ? error : leave(&place, utimensat(place.directory, place.name, times, AT_SYMLINK_NOFOLLOW));
}

/* A path that leads to what the operation's names, and to nothing behind it, for calls that would follow a symlink. */
static int pin(const struct operation *operation, char path[64], int *fd)
{
	struct place place;
	struct stat stat;
	int error = find_place(operation->path, &place);

	if (error)
		return error;
	*fd = openat(place.directory, place.name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	error = leave(&place, *fd < 0);
	if (error)
		return error;
	if (fstat(*fd, &stat) || S_ISLNK(stat.st_mode)) {
		close(*fd);
		return ELOOP;
	}
	snprintf(path, 64, "/proc/self/fd/%d", *fd);
	return 0;
}

static int do_chmod(const struct operation *operation)
{
	char path[64];
	int fd, error = pin(operation, path, &fd);

	return error ? error : close_after(fd, chmod(path, operation->mode) ? errno : 0);
}

static int do_setxattr(const struct operation *operation)
{
	const char *value = operation->value ? operation->value : "";
	char path[64];
	int fd, error = operation->name ? pin(operation, path, &fd) : EINVAL;

	return error ? error :
		       close_after(fd, setxattr(path, operation->name, value, strlen(value), 0) ? errno : 0);
}

static int do_removexattr(const struct operation *operation)
{
	char path[64];
	int fd, error = operation->name ? pin(operation, path, &fd) : EINVAL;

	return error ? error : close_after(fd, removexattr(path, operation->name) ? errno : 0);
}

static int do_pause(const struct operation *operation)
{
	usleep(operation->us);
	return 0;
}

static const struct action {
	const char *op;
	int (*perform)(const struct operation *);
} ACTIONS[] = {
	{ "create", do_create },     { "rewrite", do_rewrite },	  { "overwrite", do_overwrite },
	{ "append", do_append },     { "truncate", do_truncate }, { "allocate", do_allocate },
	{ "punch", do_punch },	     { "mkdir", do_mkdir },	  { "fifo", do_fifo },
	{ "symlink", do_symlink },   { "unlink", do_unlink },	  { "rmdir", do_rmdir },
	{ "remove", do_remove },     { "wipe", do_wipe },	  { "rename", do_rename },
	{ "exchange", do_exchange }, { "link", do_link },	  { "chmod", do_chmod },
	{ "chown", do_chown },	     { "utimes", do_utimes },	  { "setxattr", do_setxattr },
	{ "removexattr", do_removexattr }, { "pause", do_pause },
};

static const struct action *find_action(const char *op)
{
	for (size_t i = 0; i < sizeof(ACTIONS) / sizeof(ACTIONS[0]); i++)
		if (!strcmp(ACTIONS[i].op, op))
			return &ACTIONS[i];
	return NULL;
}

#endif
