/*
 * Makes two directories that have every kind of entry and differ in every attribute that an entry can have, alone and
 * together. Needs root and a kernel with tmpfs.
 */
#ifndef ODD_TREE_H
#define ODD_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* What one side has under a name; all 0: nothing. */
struct odd_entry {
	mode_t mode; /* with its type */
	uid_t uid;
	gid_t gid;
	off_t size;
	dev_t rdev;
	const char *target;
	struct timespec mtime;
};

static void odd_die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(2);
}

static void odd_check(int result, const char *what)
{
	if (result < 0)
		odd_die(what);
}

static void odd_make_node(int dir, const char *name, const struct odd_entry *entry)
{
	if (S_ISLNK(entry->mode)) {
		odd_check(symlinkat(entry->target, dir, name), "symlinkat");
	} else if (S_ISDIR(entry->mode)) {
		odd_check(mkdirat(dir, name, 0700), "mkdirat");
	} else {
		odd_check(mknodat(dir, name, (entry->mode & S_IFMT) | 0600, entry->rdev), "mknodat");
	}
	if (S_ISREG(entry->mode)) {
		int fd = openat(dir, name, O_WRONLY);

		odd_check(fd, "openat");
		odd_check(ftruncate(fd, entry->size), "ftruncate");
		close(fd);
	}
}

/* Owner first, for a change of owner takes setuid away; times last. */
static void odd_make(int dir, const char *name, const struct odd_entry *entry)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, entry->mtime };

	if (entry->mode == 0)
		return;
	odd_make_node(dir, name, entry);
	odd_check(fchownat(dir, name, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW), "fchownat");
	if (!S_ISLNK(entry->mode))
		odd_check(fchmodat(dir, name, entry->mode & 07777, 0), "fchmodat");
	odd_check(utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW), "utimensat");
}

static void odd_pair(int a, int b, const char *name, struct odd_entry in_a, struct odd_entry in_b)
{
	odd_make(a, name, &in_a);
	odd_make(b, name, &in_b);
}

static struct odd_entry odd_of_type(mode_t type)
{
	return (struct odd_entry){
		.mode = type | 0640,
		.size = 5,
		.rdev = S_ISCHR(type) || S_ISBLK(type) ? makedev(1, 3) : 0,
		.target = "target",
		.mtime = { 1000000000, 0 },
	};
}

#define ODD_TYPES 7
static const mode_t odd_types[ODD_TYPES] = { S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK };

/* One pair for each attribute, one in which all differ, and one for each other type. */
static void odd_pairs_of_type(int a, int b, int at)
{
	const struct odd_entry base = odd_of_type(odd_types[at]), none = { 0 };
	struct odd_entry other, all = base;
	char name[32];

#define PAIR(label, change)                                          \
	do {                                                         \
		other = base;                                        \
		other.change;                                        \
		all.change;                                          \
		snprintf(name, sizeof(name), "%s-%d", label, at);    \
		odd_pair(a, b, name, base, other);                   \
	} while (0)

	PAIR("same", mtime.tv_nsec = 0);
	PAIR("ns", mtime.tv_nsec = 1);
	PAIR("later", mtime.tv_sec = 1000000001);
	PAIR("far", mtime.tv_sec = 5000000000);
	PAIR("mode", mode = odd_types[at] | 0600);
	PAIR("setuid", mode = odd_types[at] | 07751);
	PAIR("uid", uid = 12345);
	PAIR("gid", gid = 4000000000);
	PAIR("size", size = 6);
	PAIR("rdev", rdev = odd_types[at] == S_IFCHR || odd_types[at] == S_IFBLK ? makedev(300, 70000) : 0);
	PAIR("target", target = "tarGet");
	PAIR("longer", target = "targets");
#undef PAIR
	snprintf(name, sizeof(name), "all-%d", at);
	odd_pair(a, b, name, base, all);
	snprintf(name, sizeof(name), "only-%d", at);
	odd_pair(a, b, name, base, none);
	for (int type = 0; type < ODD_TYPES; type++) {
		snprintf(name, sizeof(name), "%d-not-%d", type, at);
		if (type != at)
			odd_pair(a, b, name, odd_of_type(odd_types[type]), base);
	}
}

static void odd_names(int a, int b)
{
	static const char *const names[] = { "\xff\xfe", "new\nline", "-rf", " ", "...", "..a", "\x01\x7f", "caf\xc3\xa9" };
	const struct odd_entry file = odd_of_type(S_IFREG);
	struct odd_entry longer = file;
	char name[NAME_MAX + 1] = "";

	longer.size = 77;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		odd_pair(a, b, names[i], file, i % 2 ? longer : file);
	/* Each length of padding, and the longest names. */
	for (int length = 1; length <= NAME_MAX; length = length == 9 ? NAME_MAX - 8 : length + 1) {
		memset(name, 'x', length);
		name[length] = '\0';
		odd_pair(a, b, name, file, length % 2 ? longer : file);
	}
}

static void odd_times(int a, int b)
{
	static const struct timespec times[] = {
		{ -1, 999999999 }, { -2000000000, 1 }, { 0, 0 }, { 2147483648, 5 }, { 4294967296, 999999999 },
	};
	char name[16];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct odd_entry file = odd_of_type(S_IFREG), other = file;

		file.mtime = times[i];
		snprintf(name, sizeof(name), "time-%zu", i);
		odd_pair(a, b, name, file, other);
		other.mtime = (struct timespec){ times[i].tv_sec + (times[i].tv_nsec == 999999999), 1 };
		snprintf(name, sizeof(name), "near-%zu", i);
		odd_pair(a, b, name, file, other);
	}
}

static void odd_specials(int a, int b)
{
	struct odd_entry file = odd_of_type(S_IFREG), link = odd_of_type(S_IFLNK);
	/* As long as it can be on ext4 with blocks of 1 KiB. */
	char target[1024];

	file.size = 5000000000;
	odd_pair(a, b, "sparse", file, file);
	file.size = 0;
	odd_pair(a, b, "empty", file, file);
	/* Its mtime must stay so young as to be racy, and that of the others old. */
	clock_gettime(CLOCK_REALTIME, &file.mtime);
	odd_pair(a, b, "young", file, file);
	odd_pair(a, b, "linked", file, file);
	odd_check(linkat(a, "linked", a, "second link", 0), "linkat");

	link.target = "loop";
	odd_pair(a, b, "loop", link, link);
	memset(target, 't', sizeof(target) - 1);
	target[sizeof(target) - 1] = '\0';
	link.target = target;
	odd_pair(a, b, "long link", link, link);
	link.target = "..";
	odd_pair(a, b, "short link", link, link);
}

/* A file system mounted on both sides, and on either. */
static void odd_mounts(int a, int b)
{
	static const char *const names[] = { "mount-both", "mount-a", "mount-b" };
	const struct odd_entry dir = odd_of_type(S_IFDIR);
	char path[64];

	for (int i = 0; i < 3; i++) {
		odd_pair(a, b, names[i], dir, dir);
		for (int side = 0; side < 2; side++) {
			if (i != 0 && side != i - 1)
				continue;
			snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", side ? b : a, names[i]);
			odd_check(mount("tmpfs", path, "tmpfs", 0, side ? "mode=0711" : "mode=0755"), "mount");
		}
	}
}

/* Fills the two empty directories; some names are in the first one only, the others in both. */
static void make_odd_tree(int a, int b)
{
	umask(0);
	for (int i = 0; i < ODD_TYPES; i++)
		odd_pairs_of_type(a, b, i);
	odd_names(a, b);
	odd_times(a, b);
	odd_specials(a, b);
	odd_mounts(a, b);
}

#endif
