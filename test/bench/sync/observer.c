/*
 * The stopwatch of the syncer's benchmark: the same small program stands beside every peer, so that what watching costs,
 * costs all of them the same.
 *
 *     observer run COMMAND...               how long a command takes, and what it uses
 *     observer write SRC DST COUNT GAP_MS   one file written over and over: from open(2) until the copy has the bytes
 *     observer burst SRC DST COUNT          COUNT new files at once: until the last of them has a whole copy
 *
 * SRC and DST are directories. Copies are looked for every 20 us, with an open, a read and a close. One line of JSON comes
 * out, times in nanoseconds.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_NS (60 * INT64_C(1000000000))
#define LOOK_EVERY_NS 20000
#define WRITE_BYTES 1024
#define BURST_BYTES 100

extern char **environ;

static void die(const char *what)
{
	fprintf(stderr, "observer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void rest(int64_t ns)
{
	struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	nanosleep(&time, NULL);
}

static int open_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static void fill(char *content, size_t size, unsigned int number)
{
	memset(content, 'a' + (int)(number % 26), size);
	snprintf(content, 16, "%u", number);
	snprintf(content + size - 16, 16, "%u", number);
}

static void write_file(int dir, const char *name, const char *content, size_t size)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, content, size) != (ssize_t)size || close(fd) < 0)
		die(name);
}

static int has_copy(int dir, const char *name, const char *content, size_t size)
{
	char found[WRITE_BYTES + 1];
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return 0;
	length = read(fd, found, sizeof(found));
	close(fd);
	return length == (ssize_t)size && memcmp(found, content, size) == 0;
}

static void await_copy(int dir, const char *name, const char *content, size_t size, int64_t begin)
{
	while (!has_copy(dir, name, content, size)) {
		if (now() - begin > LIMIT_NS) {
			errno = ETIMEDOUT;
			die(name);
		}
		rest(LOOK_EVERY_NS);
	}
}

static int run(char **command)
{
	struct rusage usage;
	int64_t begin = now();
	int status;
	pid_t child;

	if (posix_spawnp(&child, command[0], NULL, NULL, command, environ) != 0)
		die(command[0]);
	if (wait4(child, &status, 0, &usage) < 0)
		die("wait4");
	printf("{\"ns\":%" PRId64 ",\"cpuMs\":%ld,\"maxRssKib\":%ld,\"exitCode\":%d}\n", now() - begin,
	       usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
		       usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000,
	       usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}

static void print_list(const char *name, const int64_t *values, unsigned int count)
{
	printf("\"%s\":[", name);
	for (unsigned int i = 0; i < count; i++)
		printf("%s%" PRId64, i == 0 ? "" : ",", values[i]);
	printf("]");
}

static int write_often(int source, int destination, unsigned int count, unsigned int gap_ms)
{
	int64_t *until_copied = calloc(count, sizeof(*until_copied));
	int64_t *until_closed = calloc(count, sizeof(*until_closed));

	if (until_copied == NULL || until_closed == NULL)
		die("calloc");
	for (unsigned int i = 0; i < count; i++) {
		char content[WRITE_BYTES];
		/* Another size each time: by rsync's rules a second write within a second is none. */
		size_t size = sizeof(content) - i % 64;
		int64_t begin;

		fill(content, size, i);
		begin = now();
		write_file(source, "written", content, size);
		until_closed[i] = now() - begin;
		await_copy(destination, "written", content, size, begin);
		until_copied[i] = now() - begin;
		/* Not in step with anybody's timer. */
		rest((gap_ms + (int64_t)(i * 7 % 13)) * 1000000);
	}
	printf("{");
	print_list("copiedNs", until_copied, count);
	printf(",");
	print_list("closedNs", until_closed, count);
	printf("}\n");
	return 0;
}

static int burst(int source, int destination, unsigned int count)
{
	char content[BURST_BYTES], name[32];
	int64_t begin = now();

	for (unsigned int i = 0; i < count; i++) {
		fill(content, sizeof(content), i);
		snprintf(name, sizeof(name), "burst-%u", i);
		write_file(source, name, content, sizeof(content));
	}
	for (unsigned int i = 0; i < count; i++) {
		fill(content, sizeof(content), i);
		snprintf(name, sizeof(name), "burst-%u", i);
		await_copy(destination, name, content, sizeof(content), begin);
	}
	printf("{\"ns\":%" PRId64 "}\n", now() - begin);
	return 0;
}

int main(int argc, char **argv)
{
	prctl(PR_SET_TIMERSLACK, 1000);
	if (argc > 2 && strcmp(argv[1], "run") == 0)
		return run(argv + 2);
	if (argc == 6 && strcmp(argv[1], "write") == 0)
		return write_often(open_dir(argv[2]), open_dir(argv[3]), (unsigned int)atoi(argv[4]),
				   (unsigned int)atoi(argv[5]));
	if (argc == 5 && strcmp(argv[1], "burst") == 0)
		return burst(open_dir(argv[2]), open_dir(argv[3]), (unsigned int)atoi(argv[4]));
	fprintf(stderr, "usage: observer run COMMAND... | write SRC DST COUNT GAP_MS | burst SRC DST COUNT\n");
	return 2;
}
