/*
 * faults await PATH PID SIGNAL: waits until PATH is there, then sends SIGNAL (a number) to the process group PID. Ends with 3
 * when process PID ended before.
 *
 * By inotify on the nearest folder above PATH that exists, so that a signal follows a file's birth within microseconds and
 * nothing is polled.
 */
#include "faults.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool exists(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0;
}

/* Cuts `path` down to the nearest folder above it that exists. */
static void nearest_folder(char *path)
{
	do {
		char *slash = strrchr(path, '/');

		if (!slash) {
			strcpy(path, ".");
			return;
		}
		slash[slash == path] = '\0';
	} while (!exists(path));
}

/* Sleeps until inotify's `fd` has news, and takes them; false when the process of `pidfd` is gone. */
static bool news(int fd, int pidfd)
{
	char events[4096] __attribute__((aligned(8)));
	struct pollfd polls[] = { { .fd = fd, .events = POLLIN }, { .fd = pidfd, .events = POLLIN } };

	while (poll(polls, 2, -1) < 0) {
		if (errno != EINTR)
			die("wait");
	}
	if (polls[0].revents && read(fd, events, sizeof(events)) < 0)
		die("read inotify's events");
	return polls[0].revents || !polls[1].revents;
}

/* False when the process of `pidfd` ended without PATH. */
static bool wait_for(const char *path, int pidfd)
{
	char folder[PATH_MAX], nearer[PATH_MAX];
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || strlen(path) >= sizeof(folder))
		die("watch for %s", path);
	while (!exists(path)) {
		nearest_folder(strcpy(folder, path));
		/* A folder may go again before it is watched: then look again. */
		if (inotify_add_watch(fd, folder, IN_CREATE | IN_MOVED_TO | IN_DELETE_SELF) < 0 && errno != ENOENT)
			die("watch %s", folder);
		/* What came before the watch gave no event. */
		nearest_folder(strcpy(nearer, path));
		if (exists(path) || strcmp(folder, nearer) != 0)
			continue;
		if (!news(fd, pidfd))
			return exists(path);
	}
	close(fd);
	return true;
}

int await_file(char **args)
{
	pid_t pid = atoi(args[1]);
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	/* A process that is no more has ended before, too. */
	if (pidfd < 0 || !wait_for(args[0], pidfd))
		return 3;
	/* Whoever made the file may have ended at once, and left others of its group. */
	if (kill(-pid, atoi(args[2])) < 0)
		return 3;
	return 0;
}
