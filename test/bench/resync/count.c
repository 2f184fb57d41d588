// SPDX-License-Identifier: MIT
/*
 * Counts what a command takes from its fork to its end: nanoseconds of the guest's clock, which are instructions in a guest
 * that runs under -icount (../metadata/clock.h).
 *
 *     count PASSES COMMAND [ARGUMENT...]
 *
 * Prints one JSON object: what a thousand turns of a loop of two instructions take, and the nanoseconds of each pass. The
 * command's output is thrown away; that it fails is an error.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../metadata/clock.h"

#define MAX_PASSES 64

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t run(char **argv)
{
	int64_t began = now_ns();
	pid_t child = fork();
	int status;

	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		if (nowhere < 0 || dup2(nowhere, STDOUT_FILENO) < 0)
			die("/dev/null");
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		die("fork");
	if (status != 0) {
		fprintf(stderr, "count: %s ended with status %#x\n", argv[0], status);
		exit(1);
	}
	return now_ns() - began;
}

int main(int argc, char **argv)
{
	long passes = argc > 2 ? atol(argv[1]) : 0;
	int64_t taken[MAX_PASSES];
	double loop;

	if (passes < 1 || passes > MAX_PASSES) {
		fprintf(stderr, "Usage: count PASSES COMMAND [ARGUMENT...]\n");
		return 2;
	}
	loop = time_thousand_turns();
	/* The first fills caches, and does not count. */
	run(argv + 2);
	for (long pass = 0; pass < passes; pass++)
		taken[pass] = run(argv + 2);
	printf("{\"loop\":%.3f,\"ns\":[", loop);
	for (long pass = 0; pass < passes; pass++)
		printf("%s%ld", pass == 0 ? "" : ",", (long)taken[pass]);
	printf("]}\n");
	return 0;
}
