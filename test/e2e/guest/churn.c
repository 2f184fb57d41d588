// SPDX-License-Identifier: MIT
/*
 * churn SEED COUNT DIRECTORY OUTSIDE: makes COUNT random changes below DIRECTORY, the same ones for the same SEED and the
 * same beginning, for a live syncer to follow.
 *
 * Few names, three levels deep, so that changes meet: directories become files and links, are renamed over each other,
 * exchanged, moved to OUTSIDE and back. Most attempts make no sense and fail, as they may.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define PATH_ROOM 64

static uint32_t state;

/* Mulberry32: small, and the same sequence everywhere. */
static unsigned int below(unsigned int limit)
{
	uint32_t mixed = state += 0x6d2b79f5;

	mixed = (mixed ^ mixed >> 15) * (mixed | 1);
	mixed ^= mixed + (mixed ^ mixed >> 7) * (mixed | 61);
	return (mixed ^ mixed >> 14) % limit;
}

/* One to three names below the directory, each of them a, b or c. */
static void choose_path(char path[PATH_ROOM])
{
	unsigned int depth = 1 + below(3);
	size_t length = 0;

	while (depth-- > 0) {
		path[length++] = "abc"[below(3)];
		path[length++] = depth > 0 ? '/' : '\0';
	}
}

static void write_file(const char *path, int flags)
{
	char text[200];
	int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | flags, 0644);

	if (fd < 0)
		return;
	memset(text, 'a' + below(26), sizeof(text));
	if (write(fd, text, below(sizeof(text))) < 0 && errno == ENOSPC)
		fprintf(stderr, "churn: %s: %s\n", path, strerror(errno));
	close(fd);
}

static void write_below(const char *path)
{
	char file[PATH_ROOM + 8];

	snprintf(file, sizeof(file), "%s/file", path);
	write_file(file, O_TRUNC);
}

static void remove_all(const char *path)
{
	char child[2 * PATH_ROOM];

	if (unlink(path) == 0 || errno != EISDIR)
		return;
	for (const char *name = "abcf"; *name != '\0'; name++) {
		snprintf(child, sizeof(child), *name == 'f' ? "%s/file" : "%s/%c", path, *name);
		remove_all(child);
	}
	rmdir(path);
}

static void make_node(const char *path)
{
	if (below(2))
		mkfifo(path, 0600 + below(64));
	else
		mknod(path, S_IFCHR | 0600, 0x100 + below(4));
}

/* Whole seconds, so that many files agree in size and time and yet not in content. */
static void set_time(const char *path)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = 1000000000 + below(3) } };

	utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static void change(const char *path, const char *other)
{
	switch (below(16)) {
	case 0:
	case 1:
	case 2:
		mkdir(path, 0700 + below(64));
		break;
	case 3:
		write_file(path, O_TRUNC);
		break;
	case 4:
	case 5:
		write_below(path);
		break;
	case 6:
		write_file(path, O_APPEND);
		break;
	case 7:
	case 8:
		rename(path, other);
		break;
	case 9:
		rename(other, path);
		break;
	case 10:
		renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE);
		break;
	case 11:
		(void)!symlink(below(2) ? "a" : "b/c", path);
		break;
	case 12:
		chmod(path, 0700 + below(64));
		break;
	case 13:
		make_node(path);
		break;
	case 14:
		set_time(path);
		break;
	default:
		remove_all(path);
	}
}

int main(int argc, char **argv)
{
	if (argc != 5 || chdir(argv[3]) != 0) {
		fprintf(stderr, "usage: churn SEED COUNT DIRECTORY OUTSIDE\n");
		return 2;
	}
	state = (uint32_t)atol(argv[1]);
	for (long count = atol(argv[2]); count > 0; count--) {
		char path[PATH_ROOM], other[PATH_MAX];

		choose_path(path);
		if (below(8) == 0)
			snprintf(other, sizeof(other), "%s/%u", argv[4], below(4));
		else
			choose_path(other);
		change(path, other);
	}
	return 0;
}
