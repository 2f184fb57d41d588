#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define TEMP_MODE 0600

static bool is_unsupported(int error)
{
	/* EISDIR, ENOENT: kernels and file systems that read O_TMPFILE as O_DIRECTORY, or as a file's name. */
	return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL ||
	       error == ENOSYS;
}

static int fail(struct new_file *file, const char *call)
{
	file->failed_call = call;
	return -1;
}

int new_file_open(struct new_file *file)
{
	if (file->nameless) {
		file->fd = openat(file->directory, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC,
				  file->mode);
		if (file->fd >= 0)
			return 0;
		if (!is_unsupported(errno))
			return fail(file, "openat");
		file->nameless = false;
	}
	file->fd = openat(file->directory, file->temp_name,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, TEMP_MODE);
	return file->fd < 0 ? fail(file, "openat") : 0;
}

static void unlink_quietly(const struct new_file *file)
{
	int error = errno;

	unlinkat(file->directory, file->temp_name, 0);
	errno = error;
}

/* Network file systems report a full disk only here. */
static int close_file(struct new_file *file, int fd)
{
	return close(fd) < 0 && errno != EINTR ? fail(file, "close") : 0;
}

int new_file_keep(struct new_file *file)
{
	int result = close_file(file, file->fd);

	if (result < 0)
		unlink_quietly(file);
	return result;
}

/* By its descriptor, which before Linux 6.10 takes CAP_DAC_READ_SEARCH, or else by way of /proc. */
static int link_descriptor(struct new_file *file, const char *name)
{
	char path[sizeof("/proc/self/fd/") + 3 * sizeof(int)];

	if (linkat(file->fd, "", file->directory, name, AT_EMPTY_PATH) == 0)
		return 0;
	if (errno != ENOENT)
		return fail(file, "linkat");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	if (linkat(AT_FDCWD, path, file->directory, name, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno == ENOENT)
		errno = EOPNOTSUPP;
	return fail(file, "linkat");
}

/* What closing would report is reported while the file has no name yet. */
static int check_twin(struct new_file *file)
{
	int twin = dup(file->fd);

	return twin < 0 ? fail(file, "dup") : close_file(file, twin);
}

int new_file_publish(struct new_file *file, const char *name)
{
	if (file->nameless) {
		int result = check_twin(file) < 0 ? -1 : link_descriptor(file, name);
		int error = errno;

		close(file->fd);
		errno = error;
		return result;
	}
	if (new_file_keep(file) < 0)
		return -1;
	if (renameat(file->directory, file->temp_name, file->directory, name) == 0)
		return 0;
	unlink_quietly(file);
	return fail(file, "renameat");
}

void new_file_discard(struct new_file *file)
{
	close(file->fd);
	if (!file->nameless)
		unlink_quietly(file);
}
