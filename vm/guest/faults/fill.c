/*
 * faults fill FILE FREE_BYTES: makes FILE so large that FREE_BYTES are left on its file system, to within a block, and
 * prints how many are. Free is what an ordinary user may use (statfs's f_bavail).
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <unistd.h>

/* Blocks that the file itself costs in metadata are only known afterwards: so it is done in steps. */
#define STEPS 16

static long long available(int fd, long *block)
{
	struct statfs status;

	/* Delayed allocation and what was deleted just now count only when they are done. */
	syncfs(fd);
	if (fstatfs(fd, &status) < 0)
		die("statfs");
	*block = status.f_bsize;
	if (status.f_blocks == 0) {
		errno = EINVAL;
		die("the file system has no limit");
	}
	return (long long)status.f_bavail * status.f_bsize;
}

int fill(char **args)
{
	long long wanted = atoll(args[1]), size = 0, left = 0;
	int fd = open(args[0], O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	long block = 0;

	if (fd < 0 || (size = lseek(fd, 0, SEEK_END)) < 0)
		die("open %s", args[0]);
	for (int step = 0; step < STEPS; step++) {
		left = available(fd, &block);
		long long excess = (left - wanted) / block * block;

		if (excess == 0)
			break;
		if (excess > 0 && fallocate(fd, 0, size, excess) < 0) {
			if (errno == ENOSPC)
				break;
			die("allocate %lld bytes for %s", excess, args[0]);
		}
		if (excess < 0 && ftruncate(fd, size + excess < 0 ? 0 : size + excess) < 0)
			die("shrink %s", args[0]);
		size = lseek(fd, 0, SEEK_END);
	}
	left = available(fd, &block);
	printf("%lld\n", left);
	return 0;
}
