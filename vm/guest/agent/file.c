/* See file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "line.h"
#include "reply.h"

#define MAX_READS 32

static struct reading {
	/* The request; 0: this slot is free. */
	long long id;
	int fd;
	long long sent;
} readings[MAX_READS];

/* Writes all; 0 or an errno. */
static int write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

void file_write(long long id)
{
	char *path, *bytes = "";
	size_t len = 0;
	long long mode = 0;
	bool append = json_get_true("append");
	const char *step = "open";
	int error = 0;

	if (!json_get_string("path", &path) || (json_has("data") && !json_get_data("data", &bytes, &len)) ||
	    (json_has("mode") && !json_get_number("mode", &mode))) {
		reply_error(id, EINVAL, "write_file wants path, and optional data (base64), mode, append");
		return;
	}
	/* O_NONBLOCK: a FIFO without a reader is an error (ENXIO), not a hang of the agent. */
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (append ? O_APPEND : O_CREAT | O_TRUNC), 0666);

	if (fd < 0) {
		error = errno;
	} else {
		step = "write";
		error = write_all(fd, bytes, len);
		/* Only when asked: files below /proc/sys refuse even the mode that they have. */
		if (!error && json_has("mode") && fchmod(fd, (mode_t)mode) < 0) {
			step = "chmod";
			error = errno;
		}
		if (close(fd) < 0 && !error)
			error = errno;
	}
	if (error)
		reply_error(id, error, "%s %s: %s", step, path, strerror(error));
	else
		reply_result(id);
}

void file_read(long long id)
{
	struct reading *slot = NULL;
	struct stat stat;
	char *path;

	if (!json_get_string("path", &path)) {
		reply_error(id, EINVAL, "read_file wants path");
		return;
	}
	for (int i = 0; i < MAX_READS && !slot; i++)
		slot = readings[i].id == 0 ? &readings[i] : NULL;
	if (!slot) {
		reply_error(id, EAGAIN, "read %s: too many files at a time", path);
		return;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int error = fd < 0 || fstat(fd, &stat) < 0 ? errno : S_ISDIR(stat.st_mode) ? EISDIR : 0;

	/* What may have no end, or nothing to give yet, is for a process to read. */
	if (!error && !S_ISREG(stat.st_mode))
		error = EINVAL;
	if (error) {
		if (fd >= 0)
			close(fd);
		reply_error(id, error, "open %s: %s", path, strerror(error));
		return;
	}
	*slot = (struct reading){ .id = id, .fd = fd };
}

static void send_piece(struct reading *reading)
{
	static char bytes[JSON_MAX_DATA];
	ssize_t n = read(reading->fd, bytes, line_piece());

	if (n > 0) {
		json_begin("data");
		json_number("id", reading->id);
		json_data("data", bytes, (size_t)n);
		json_send();
		reading->sent += n;
		return;
	}
	if (n < 0 && errno == EINTR)
		return;
	if (n < 0) {
		reply_error(reading->id, errno, "read: %s", strerror(errno));
	} else {
		json_begin("result");
		json_number("id", reading->id);
		json_number("size", reading->sent);
		json_send();
	}
	close(reading->fd);
	reading->id = 0;
}

void file_pump(void)
{
	for (int i = 0; i < MAX_READS; i++) {
		if (readings[i].id != 0 && line_unsent() < LINE_BUSY)
			send_piece(&readings[i]);
	}
}

bool file_pending(void)
{
	for (int i = 0; i < MAX_READS; i++) {
		if (readings[i].id != 0)
			return true;
	}
	return false;
}
