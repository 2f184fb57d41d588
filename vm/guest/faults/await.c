/*
 * faults await PATH [PID SIGNAL]: waits until PATH is there, then sends SIGNAL (a number) to the process group PID.
 *
 * By inotify on the nearest folder above PATH that exists, so that a signal follows a file's birth within microseconds and
 * nothing is polled.
 */
#include "faults.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
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

static void wait_for(const char *path)
{
	char events[4096] __attribute__((aligned(8)));
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
		if (read(fd, events, sizeof(events)) < 0 && errno != EINTR)
			die("read inotify's events");
	}
	close(fd);
}

int await_file(char **args)
{
	wait_for(args[0]);
	if (args[1] && args[2] && kill(-atoi(args[1]), atoi(args[2])) < 0)
		die("kill process group %s", args[1]);
	return 0;
}
