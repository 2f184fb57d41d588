// SPDX-License-Identifier: MIT
/*
 * churn: makes the changes that stdin lists below the current directory, one operation a line (operation.h).
 *
 * Operations with the same `by` are made in their order by one process; those with another one by another, at the same
 * time. What fails fails: it is counted. With --each, one line an operation is printed: 0, or the errno.
 *
 *     exit 0: all were tried, and a line of JSON says how many failed; 2: a line is no operation, or a writer died
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include "perform.h"

#define MAX_WRITERS 64

struct step {
	struct operation operation;
	const struct action *action;
};

struct script {
	struct step *steps;
	size_t count, room;
	int writers;
};

static void die(const char *what)
{
	fprintf(stderr, "churn: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void add_line(struct script *script, char *line, long number)
{
	struct step *step;

	if (script->count == script->room) {
		script->room = script->room ? 2 * script->room : 1024;
		script->steps = realloc(script->steps, script->room * sizeof(*script->steps));
		if (!script->steps)
			die("remember the operations");
	}
	step = &script->steps[script->count++];
	if (parse_operation(line, &step->operation) || !(step->action = find_action(step->operation.op)) ||
	    step->operation.by < 0 || step->operation.by >= MAX_WRITERS) {
		fprintf(stderr, "churn: line %ld is no operation\n", number);
		exit(2);
	}
	if (step->operation.by >= script->writers)
		script->writers = (int)step->operation.by + 1;
}

static void read_script(struct script *script)
{
	for (long number = 1;; number++) {
		char *line = NULL;
		size_t room = 0;

		if (getline(&line, &room, stdin) < 0) {
			free(line);
			return;
		}
		/* A comment, or nothing. The rest is kept, for the operations point into it. */
		if (*line == '#' || *line == '\n')
			free(line);
		else
			add_line(script, line, number);
	}
}

static void write_as(int writer, const struct script *script, int *results)
{
	for (size_t i = 0; i < script->count; i++) {
		const struct step *step = &script->steps[i];

		if (step->operation.by == writer)
			results[i] = step->action->perform(&step->operation);
	}
}

int main(int argc, char **argv)
{
	int each = argc == 2 && !strcmp(argv[1], "--each");
	struct script script = { 0 };
	size_t failed = 0;
	int *results;
	int status, died = 0;

	if (argc > 1 && !each) {
		fprintf(stderr, "usage: churn [--each] < OPERATIONS\n");
		return 2;
	}
	umask(0);
	read_script(&script);
	results = mmap(NULL, (script.count + 1) * sizeof(*results), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (results == MAP_FAILED)
		die("share the results");
	for (int writer = 0; writer < script.writers; writer++) {
		pid_t pid = fork();

		if (pid < 0)
			die("start a writer");
		if (pid == 0) {
			write_as(writer, &script, results);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		died |= status;
	for (size_t i = 0; i < script.count; i++) {
		failed += results[i] != 0;
		if (each)
			printf("%d\n", results[i]);
	}
	if (!each)
		printf("{\"operations\":%zu,\"failed\":%zu}\n", script.count, failed);
	return died ? 2 : 0;
}
