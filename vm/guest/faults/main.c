/* faults COMMAND ARGUMENT...: which command; see faults.h. */
#include "faults.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *usage;
	/* How many arguments it has to have. */
	int least;
	int (*run)(char **args);
} COMMANDS[] = {
	{ "await", "PATH PID SIGNAL", 3, await_file },
	{ "fill", "FILE FREE_BYTES", 2, fill },
	{ "mark", "DEVICE TEXT", 2, mark },
	{ "fail-nth", "REPORT N SYSCALL PROGRAM [ARG]...", 4, fail_nth },
};

void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	fputs("faults: ", stderr);
	vfprintf(stderr, format, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	exit(1);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++) {
		if (strcmp(argv[1], COMMANDS[i].name) == 0 && argc - 2 >= COMMANDS[i].least)
			return COMMANDS[i].run(argv + 2);
	}
	for (size_t i = 0; i < sizeof(COMMANDS) / sizeof(COMMANDS[0]); i++)
		fprintf(stderr, "usage: faults %s %s\n", COMMANDS[i].name, COMMANDS[i].usage);
	return 2;
}
