// SPDX-License-Identifier: MIT
/*
 * treecmp: says how two directory trees differ, for tests that run in the guest.
 *
 *     treecmp [--wait MS] A B      exit 0: equal, 1: they differ (each difference on a line), 2: cannot tell
 *     treecmp --print A            one line an entry, sorted by name: the same lines mean the same tree
 *
 * An oracle of its own: it shares no code with the syncer. Compared are names (as bytes), types, permission bits, owner,
 * group, size and content of files, targets of symlinks, device numbers, and modification times in nanoseconds
 * (of directories, too, the two roots excepted). With --wait it compares again and again until the trees are equal or
 * the time is up, so that a test of a live syncer needs no sleep and no round trip.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

/* A difference may be the live syncer's work in progress; a run reports so many and stops. */
#define MAX_REPORTED 20

struct report {
	int differences;
	int quiet;
};

static void die(const char *what, const char *path)
{
	fprintf(stderr, "treecmp: %s %s: %s\n", what, path, strerror(errno));
	exit(2);
}

/* Bytes outside printable ASCII as \xNN, so that a line of output is a line. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x21 || c > 0x7e || c == '\\')
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
}

static void differ(struct report *report, const char *path, const char *format, ...)
{
	va_list args;

	if (report->differences++ >= MAX_REPORTED || report->quiet)
		return;
	print_escaped(stdout, path);
	printf(": ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* FNV-1a over a file's bytes: a test needs no cryptography, and holes read as zeroes. */
static uint64_t digest(int dirfd, const char *name, int *error)
{
	static unsigned char buffer[1 << 16];
	uint64_t hash = 0xcbf29ce484222325ULL;
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = 0;

	*error = fd < 0 ? errno : 0;
	while (fd >= 0 && (got = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < got; i++)
			hash = (hash ^ buffer[i]) * 0x100000001b3ULL;
	if (got < 0)
		*error = errno;
	if (fd >= 0)
		close(fd);
	return hash;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "file";
	case S_IFDIR:
		return "directory";
	case S_IFLNK:
		return "symlink";
	case S_IFIFO:
		return "fifo";
	case S_IFCHR:
		return "character device";
	case S_IFBLK:
		return "block device";
	default:
		return "socket";
	}
}

static char *join(const char *path, const char *name)
{
	char *joined;

	if (asprintf(&joined, "%s%s%s", path, *path ? "/" : "", name) < 0)
		die("join", path);
	return joined;
}

static void target_of(int dirfd, const char *name, char target[4096])
{
	ssize_t length = readlinkat(dirfd, name, target, 4095);

	target[length < 0 ? 0 : length] = '\0';
}

static void compare_dirs(int a, int b, const char *path, struct report *report);

static void compare_entry(int a, int b, const char *name, const char *path, struct report *report)
{
	struct stat x, y;

	if (fstatat(a, name, &x, AT_SYMLINK_NOFOLLOW)) {
		differ(report, path, "vanished from the first tree");
		return;
	}
	if (fstatat(b, name, &y, AT_SYMLINK_NOFOLLOW)) {
		differ(report, path, "only in the first tree (%s)", type_name(x.st_mode));
		return;
	}
	if ((x.st_mode & S_IFMT) != (y.st_mode & S_IFMT)) {
		differ(report, path, "%s against %s", type_name(x.st_mode), type_name(y.st_mode));
		return;
	}
	if (S_ISDIR(x.st_mode)) {
		int c = openat(a, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		int d = openat(b, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (c >= 0 && d >= 0)
			compare_dirs(c, d, path, report);
		else
			differ(report, path, "cannot be opened: %s", strerror(errno));
		if (c >= 0)
			close(c);
		if (d >= 0)
			close(d);
	}
	if (S_ISLNK(x.st_mode)) {
		char s[4096], t[4096];

		target_of(a, name, s);
		target_of(b, name, t);
		if (strcmp(s, t))
			differ(report, path, "target %s against %s", s, t);
	} else if (x.st_mode != y.st_mode) {
		differ(report, path, "mode %04o against %04o", x.st_mode & 07777, y.st_mode & 07777);
	}
	if (x.st_uid != y.st_uid || x.st_gid != y.st_gid)
		differ(report, path, "owner %u:%u against %u:%u", x.st_uid, x.st_gid, y.st_uid, y.st_gid);
	if (x.st_mtim.tv_sec != y.st_mtim.tv_sec || x.st_mtim.tv_nsec != y.st_mtim.tv_nsec)
		differ(report, path, "mtime %lld.%09ld against %lld.%09ld", (long long)x.st_mtim.tv_sec,
		       x.st_mtim.tv_nsec, (long long)y.st_mtim.tv_sec, y.st_mtim.tv_nsec);
	if ((S_ISCHR(x.st_mode) || S_ISBLK(x.st_mode)) && x.st_rdev != y.st_rdev)
		differ(report, path, "device number");
	if (S_ISREG(x.st_mode)) {
		int e, f;

		if (x.st_size != y.st_size)
			differ(report, path, "size %lld against %lld", (long long)x.st_size, (long long)y.st_size);
		else if (digest(a, name, &e) != digest(b, name, &f) || e || f)
			differ(report, path, "content");
	}
}

/* Reports what stands in b and not in a; what stands in both was compared from a's side. */
static void report_extras(int a, struct dirent **names, int count, const char *path, struct report *report)
{
	struct stat x;

	for (int i = 0; i < count; i++) {
		char *below = join(path, names[i]->d_name);

		if (fstatat(a, names[i]->d_name, &x, AT_SYMLINK_NOFOLLOW))
			differ(report, below, "only in the second tree");
		free(below);
		free(names[i]);
	}
	free(names);
}

static void compare_dirs(int a, int b, const char *path, struct report *report)
{
	struct dirent **names;
	int count = scandirat(a, ".", &names, not_dots, by_bytes);

	if (count < 0) {
		differ(report, path, "cannot be read: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *below = join(path, names[i]->d_name);

		compare_entry(a, b, names[i]->d_name, below, report);
		free(below);
		free(names[i]);
	}
	free(names);
	count = scandirat(b, ".", &names, not_dots, by_bytes);
	if (count < 0)
		differ(report, path, "cannot be read in the second tree: %s", strerror(errno));
	else
		report_extras(a, names, count, path, report);
}

static void print_tree(int dir, const char *path)
{
	struct dirent **names;
	int count = scandirat(dir, ".", &names, not_dots, by_bytes);

	if (count < 0)
		die("read", path);
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		char *below = join(path, name);
		char target[4096] = "";
		struct stat s;
		int error;

		if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW))
			die("stat", below);
		print_escaped(stdout, below);
		printf(" %s mode=%04o owner=%u:%u mtime=%lld.%09ld", type_name(s.st_mode), s.st_mode & 07777, s.st_uid,
		       s.st_gid, (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
		if (S_ISREG(s.st_mode))
			printf(" size=%lld digest=%016llx", (long long)s.st_size,
			       (unsigned long long)digest(dir, name, &error));
		if (S_ISLNK(s.st_mode)) {
			target_of(dir, name, target);
			printf(" target=");
			print_escaped(stdout, target);
		}
		putchar('\n');
		if (S_ISDIR(s.st_mode)) {
			int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (fd < 0)
				die("open", below);
			print_tree(fd, below);
			close(fd);
		}
		free(below);
		free(names[i]);
	}
	free(names);
}

static int open_root(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		die("open", path);
	return fd;
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int compare_until(const char *first, const char *second, long wait_ms)
{
	long long deadline = now_ms() + wait_ms;

	for (;;) {
		int last = now_ms() >= deadline;
		struct report report = { .quiet = !last };
		int a = open_root(first), b = open_root(second);

		compare_dirs(a, b, "", &report);
		close(a);
		close(b);
		if (report.differences == 0)
			return 0;
		if (last) {
			printf("%d differences\n", report.differences);
			return 1;
		}
		usleep(10000);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--print")) {
		print_tree(open_root(argv[2]), "");
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "--wait"))
		return compare_until(argv[3], argv[4], atol(argv[2]));
	if (argc == 3)
		return compare_until(argv[1], argv[2], 0);
	fprintf(stderr, "usage: treecmp [--wait MS] A B\n       treecmp --print A\n");
	return 2;
}
