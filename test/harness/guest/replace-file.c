/*
 * replace-file DIR ROUNDS DEVICE [no-file-sync | no-folder-sync]: replaces the content of DIR/data ROUNDS times, as programs
 * do that want the old content or the new one, and nothing else: write a new file, fsync it, rename it, fsync the folder.
 * After each round it announces `round N` in the record of the disk DEVICE. The last argument leaves one of the two out.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* More than a block, so that a part of it can be there. */
#define LINES 700

static void write_content(int fd, int round)
{
	static char content[LINES][11];

	for (int line = 0; line < LINES; line++) {
		char text[32];

		snprintf(text, sizeof(text), "round %04d\n", round);
		memcpy(content[line], text, sizeof(content[line]));
	}
	if (write(fd, content, sizeof(content)) != sizeof(content))
		err(1, "write");
}

static void announce(const char *device, int round)
{
	char text[32];
	int status = -1;

	snprintf(text, sizeof(text), "round %d", round);
	pid_t pid = fork();

	if (pid == 0) {
		execlp("faults", "faults", "mark", device, text, (char *)NULL);
		err(127, "faults");
	}
	if (waitpid(pid, &status, 0) != pid || status != 0)
		errx(1, "announcing %s failed with status %d", text, status);
}

int main(int argc, char **argv)
{
	const char *left_out = argc > 4 ? argv[4] : "";
	int folder = argc > 3 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

	if (folder < 0 || fchdir(folder) < 0)
		err(1, "usage: replace-file DIR ROUNDS DEVICE [WHAT-TO-LEAVE-OUT]; DIR");
	for (int round = 1; round <= atoi(argv[2]); round++) {
		int fd = open("data.new", O_WRONLY | O_CREAT | O_TRUNC, 0644);

		if (fd < 0)
			err(1, "data.new");
		write_content(fd, round);
		if (strcmp(left_out, "no-file-sync") != 0 && fsync(fd) < 0)
			err(1, "fsync data.new");
		close(fd);
		if (rename("data.new", "data") < 0)
			err(1, "rename");
		if (strcmp(left_out, "no-folder-sync") != 0 && fsync(folder) < 0)
			err(1, "fsync %s", argv[1]);
		announce(argv[3], round);
	}
	return 0;
}
