/* Starts programs: fork, the child's way to exec, and the word of what failed there. */
#ifndef DIRSYNC_SPAWN_H
#define DIRSYNC_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#define MAX_STRINGS 4096

/* What a request for a process says. */
struct plan {
	char *argv[MAX_STRINGS + 1];
	char *env[MAX_STRINGS + 1];
	/* NULL: where the agent is. */
	char *cwd;
	long long uid, gid;
	bool has_uid, has_gid, with_stdin;
	/* 0: pipes, else the size of the terminal that stdin, stdout and stderr are. */
	unsigned short rows, cols;
};

struct spawned {
	/* Process, process group and session. */
	pid_t pid;
	/* The ends on this side, none of which blocks. `in` is -1 when stdin is /dev/null. */
	int in;
	/* stdout and stderr; of a terminal, which has but one stream, the second is -1. */
	int out[2];
};

/* Returns once the program runs, or, after an error reply to the request `id`, false. */
bool spawn(long long id, const struct plan *plan, struct spawned *spawned);

#endif
