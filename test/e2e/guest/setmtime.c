// SPDX-License-Identifier: MIT
/* setmtime SECONDS NANOSECONDS FILE: sets a modification time to the nanosecond, which busybox's touch cannot. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	if (argc != 4) {
		fprintf(stderr, "usage: setmtime SECONDS NANOSECONDS FILE\n");
		return 2;
	}
	times[1].tv_sec = atoll(argv[1]);
	times[1].tv_nsec = atol(argv[2]);
	if (utimensat(AT_FDCWD, argv[3], times, AT_SYMLINK_NOFOLLOW)) {
		perror(argv[3]);
		return 1;
	}
	return 0;
}
