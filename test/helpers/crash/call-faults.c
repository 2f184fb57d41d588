/*
 * A library for LD_PRELOAD that counts the calls a program makes below one directory, and lets the
 * n-th of them go wrong: the program is killed right before it, or the call fails.
 *
 * So a sweep over every n until there is none proves something about every moment of a run. The
 * program itself is the one that is shipped; there is nothing about this in it. Calls on other
 * paths, such as those by which Node loads a module, are passed on and not counted.
 *
 * The file that CALL_FAULTS names holds a `struct control`, which is shared with the test: it may be
 * changed while the program runs. Each counted call is a line in the file of that name with
 * `.trace` at its end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The `action`s that are no errno. */
#define KILL (-1)

struct control {
	_Atomic uint64_t calls; /* counted since the test set it to 0 */
	_Atomic uint64_t at;	/* the call that is hit; 0: none */
	_Atomic int32_t action;
	_Atomic uint32_t looks; /* count also the calls that change nothing */
	char below[PATH_MAX];	/* an absolute path without symlinks */
};

static struct control *control;
static int trace = -1;

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		abort();
	return function;
}

/* The C library's own `name`, with the type of ours. */
#define NEXT(name)                                               \
	({                                                       \
		static __typeof__(&name) function;               \
		if (function == NULL)                            \
			function = (__typeof__(&name))next(#name); \
		function;                                        \
	})

__attribute__((constructor)) static void load(void)
{
	const char *path = getenv("CALL_FAULTS");
	char trace_path[PATH_MAX];
	int fd;

	if (path == NULL)
		return;
	fd = NEXT(open)(path, O_RDWR | O_CLOEXEC);
	snprintf(trace_path, sizeof(trace_path), "%s.trace", path);
	trace = NEXT(open)(trace_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0 || trace < 0)
		abort();
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (control == MAP_FAILED)
		abort();
	NEXT(close)(fd);
}

static bool read_link(const char *path, char into[PATH_MAX])
{
	ssize_t length = syscall(SYS_readlink, path, into, PATH_MAX - 1);

	if (length < 0)
		return false;
	into[length] = '\0';
	return true;
}

/* The absolute path of a name relative to a descriptor, or of the descriptor when `name` is NULL. */
static bool absolute(int dir, const char *name, char into[PATH_MAX])
{
	char link[64];
	size_t length;
	int number, end;

	if (name != NULL && sscanf(name, "/proc/self/fd/%d%n", &number, &end) == 1)
		return absolute(number, name[end] == '/' ? name + end + 1 : NULL, into);
	if (name != NULL && name[0] == '/')
		return snprintf(into, PATH_MAX, "%s", name) < PATH_MAX;
	if (dir == AT_FDCWD)
		snprintf(link, sizeof(link), "/proc/self/cwd");
	else
		snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	if (!read_link(link, into))
		return false;
	length = strlen(into);
	return name == NULL || name[0] == '\0' ||
	       snprintf(into + length, PATH_MAX - length, "/%s", name) < (int)(PATH_MAX - length);
}

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

/*
 * Counts a call, if it is one below the directory. Returns 0 when it is to be made, the errno with
 * which it is to fail, or KILL when it is the last one; `name` may be NULL.
 */
static int count(const char *call, bool change, int dir, const char *name)
{
	int error = errno, action = 0;
	char path[PATH_MAX], line[PATH_MAX + 64];
	size_t length;
	uint64_t number;

	if (control == NULL || (!change && !control->looks) || !absolute(dir, name, path))
		goto out;
	length = strlen(control->below);
	if (strncmp(path, control->below, length) != 0 ||
	    (path[length] != '/' && path[length] != '\0'))
		goto out;
	number = atomic_fetch_add(&control->calls, 1) + 1;
	snprintf(line, sizeof(line), "%s %s\n", call, path[length] == '/' ? path + length + 1 : ".");
	syscall(SYS_write, trace, line, strlen(line));
	if (number == control->at)
		action = control->action;
out:
	errno = error;
	return action;
}

/* For calls that are done or not, and nothing between. */
static int count_or_die(const char *call, bool change, int dir, const char *name)
{
	int action = count(call, change, dir, name);

	if (action == KILL)
		die();
	return action;
}

#define CHANGE true
#define LOOK false

/* Defines a function that is counted, with what it returns when it is to fail. */
#define COUNTED(type, name, params, args, change, dir, path)                  \
	EXPORT type name params                                               \
	{                                                                     \
		int action = count_or_die(#name, change, dir, path);          \
		if (action != 0) {                                            \
			errno = action;                                       \
			return -1;                                            \
		}                                                             \
		return NEXT(name) args;                                       \
	}

/* A descriptor is gone when close fails, too. */
EXPORT int close(int fd)
{
	int action = count_or_die("close", LOOK, fd, NULL);
	int result = NEXT(close)(fd);

	if (action == 0)
		return result;
	errno = action;
	return -1;
}

/* What transfers data is killed in the middle of it. */
EXPORT ssize_t pwrite(int fd, const void *data, size_t length, off_t at)
{
	int action = count("pwrite", CHANGE, fd, NULL);

	if (action == KILL) {
		NEXT(pwrite)(fd, data, length / 2, at);
		die();
	}
	if (action == 0)
		return NEXT(pwrite)(fd, data, length, at);
	errno = action;
	return -1;
}

EXPORT ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t length,
			       unsigned int flags)
{
	int action = count("copy_file_range", CHANGE, out, NULL);

	if (action == KILL) {
		NEXT(copy_file_range)(in, in_at, out, out_at, length / 2, flags);
		die();
	}
	if (action == 0)
		return NEXT(copy_file_range)(in, in_at, out, out_at, length, flags);
	errno = action;
	return -1;
}

static bool makes_file(int flags)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

static mode_t mode_of(int flags, va_list rest)
{
	return makes_file(flags) ? va_arg(rest, mode_t) : 0;
}

EXPORT int openat(int dir, const char *name, int flags, ...)
{
	va_list rest;
	mode_t mode;
	int action;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	action = count_or_die("openat", makes_file(flags), dir, name);
	if (action == 0)
		return NEXT(openat)(dir, name, flags, mode);
	errno = action;
	return -1;
}

EXPORT int open(const char *name, int flags, ...)
{
	va_list rest;
	mode_t mode;
	int action;

	va_start(rest, flags);
	mode = mode_of(flags, rest);
	va_end(rest);
	action = count_or_die("open", makes_file(flags), AT_FDCWD, name);
	if (action == 0)
		return NEXT(open)(name, flags, mode);
	errno = action;
	return -1;
}

EXPORT int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	void *argument;
	int action;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	action = request == FICLONE ? count_or_die("ioctl", CHANGE, fd, NULL) : 0;
	if (action == 0)
		return NEXT(ioctl)(fd, request, argument);
	errno = action;
	return -1;
}

/* A library that was compiled with _FORTIFY_SOURCE calls this one. */
int __openat_2(int dir, const char *name, int flags);
COUNTED(int, __openat_2, (int dir, const char *name, int flags), (dir, name, flags), LOOK, dir, name)

COUNTED(int, statx,
	(int dir, const char *restrict name, int flags, unsigned int mask, struct statx *restrict stat),
	(dir, name, flags, mask, stat), LOOK, dir, name)
COUNTED(ssize_t, getdents64, (int dir, void *buffer, size_t size), (dir, buffer, size), LOOK, dir, NULL)
COUNTED(ssize_t, pread, (int fd, void *buffer, size_t size, off_t at), (fd, buffer, size, at), LOOK,
	fd, NULL)
COUNTED(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence), LOOK, fd, NULL)
COUNTED(ssize_t, readlinkat,
	(int dir, const char *restrict name, char *restrict target, size_t size),
	(dir, name, target, size), LOOK, dir, name)
COUNTED(ssize_t, flistxattr, (int fd, char *list, size_t size), (fd, list, size), LOOK, fd, NULL)
COUNTED(ssize_t, llistxattr, (const char *path, char *list, size_t size), (path, list, size), LOOK,
	AT_FDCWD, path)
COUNTED(ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t size),
	(fd, name, value, size), LOOK, fd, NULL)
COUNTED(ssize_t, lgetxattr, (const char *path, const char *name, void *value, size_t size),
	(path, name, value, size), LOOK, AT_FDCWD, path)

COUNTED(int, ftruncate, (int fd, off_t size), (fd, size), CHANGE, fd, NULL)
COUNTED(int, fsync, (int fd), (fd), CHANGE, fd, NULL)
COUNTED(int, fchmod, (int fd, mode_t mode), (fd, mode), CHANGE, fd, NULL)
COUNTED(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), CHANGE, fd, NULL)
COUNTED(int, futimens, (int fd, const struct timespec times[2]), (fd, times), CHANGE, fd, NULL)
COUNTED(int, fchmodat, (int dir, const char *name, mode_t mode, int flags), (dir, name, mode, flags),
	CHANGE, dir, name)
COUNTED(int, fchownat, (int dir, const char *name, uid_t uid, gid_t gid, int flags),
	(dir, name, uid, gid, flags), CHANGE, dir, name)
COUNTED(int, utimensat, (int dir, const char *name, const struct timespec times[2], int flags),
	(dir, name, times, flags), CHANGE, dir, name)
COUNTED(int, mkdirat, (int dir, const char *name, mode_t mode), (dir, name, mode), CHANGE, dir, name)
COUNTED(int, mknodat, (int dir, const char *name, mode_t mode, dev_t device),
	(dir, name, mode, device), CHANGE, dir, name)
COUNTED(int, symlinkat, (const char *target, int dir, const char *name), (target, dir, name), CHANGE,
	dir, name)
COUNTED(int, unlinkat, (int dir, const char *name, int flags), (dir, name, flags), CHANGE, dir, name)
COUNTED(int, linkat, (int old_dir, const char *old, int dir, const char *name, int flags),
	(old_dir, old, dir, name, flags), CHANGE, dir, name)
COUNTED(int, renameat, (int old_dir, const char *old, int dir, const char *name),
	(old_dir, old, dir, name), CHANGE, dir, name)
COUNTED(int, renameat2,
	(int old_dir, const char *old, int dir, const char *name, unsigned int flags),
	(old_dir, old, dir, name, flags), CHANGE, dir, name)
COUNTED(int, fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags),
	(fd, name, value, size, flags), CHANGE, fd, NULL)
COUNTED(int, lsetxattr,
	(const char *path, const char *name, const void *value, size_t size, int flags),
	(path, name, value, size, flags), CHANGE, AT_FDCWD, path)
COUNTED(int, fremovexattr, (int fd, const char *name), (fd, name), CHANGE, fd, NULL)
COUNTED(int, lremovexattr, (const char *path, const char *name), (path, name), CHANGE, AT_FDCWD, path)
