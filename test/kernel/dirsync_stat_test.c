// SPDX-License-Identifier: MIT
/*
 * Tests dirsync_stat(2) on the kernel that it runs on, and prints TAP.
 *
 *     dirsync_stat_test [--expect-absent] [DIRECTORY]
 *
 * Works in a new directory below DIRECTORY (default /tmp) and removes it. Needs root, for the tests of permissions.
 * The exit code is 0 if and only if every test passed. The number and the struct come from headers that are generated
 * from the patch series (dirsync_abi.h, linux/dirsync.h): nothing of the ABI is written down here a second time but its
 * layout, which is frozen.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/dirsync.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "dirsync_abi.h"

_Static_assert(sizeof(struct dirsync_info) == 24, "the struct is 24 bytes");
_Static_assert(offsetof(struct dirsync_info, exists) == 0, "exists comes first");
_Static_assert(offsetof(struct dirsync_info, size) == 8, "a hole of four bytes, then size");
_Static_assert(offsetof(struct dirsync_info, mtime) == 16, "mtime comes last");

#define POISON 0xff

static int planned;
static int failed;

/* One TAP line; the words after a failure are printed as its diagnostics. */
static void ok(int good, const char *name, const char *format, ...)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++planned, name);
	if (!good) {
		va_list args;

		failed++;
		printf("# ");
		va_start(args, format);
		vprintf(format, args);
		va_end(args);
		printf("\n");
	}
	fflush(stdout);
}

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(2);
}

/*
 * On Linux 6.5 and later 451 is cachestat(fd, range, cstat, flags): with cstat 0 and flags ~0 it fails, with EBADF or
 * EINVAL, and writes nothing.
 */
static long dirsync_stat(const void *path, void *info)
{
	return syscall(__NR_dirsync_stat, path, info, 0, ~0UL, 0, 0);
}

static int is_poisoned(const void *buffer, size_t size)
{
	const unsigned char *byte = buffer;

	while (size--)
		if (*byte++ != POISON)
			return 0;
	return 1;
}

/* The answer for a file that stat(2) sees: the same size and time, success, and no stray byte. */
static void agrees(const char *name, const char *path)
{
	struct dirsync_info info;
	struct stat st;
	char row[128];
	long ret;

	if (stat(path, &st))
		die(path);
	memset(&info, POISON, sizeof(info));
	ret = dirsync_stat(path, &info);
	snprintf(row, sizeof(row), "%s: returns 0", name);
	ok(ret == 0, row, "returned %ld, errno %d", ret, errno);
	snprintf(row, sizeof(row), "%s: exists is 1", name);
	ok(info.exists == 1, row, "exists is %d", info.exists);
	snprintf(row, sizeof(row), "%s: size is stat's", name);
	ok(info.size == st.st_size, row, "size is %ld, stat says %ld", (long)info.size, (long)st.st_size);
	snprintf(row, sizeof(row), "%s: mtime is stat's", name);
	ok(info.mtime == st.st_mtime, row, "mtime is %ld, stat says %ld", (long)info.mtime, (long)st.st_mtime);
}

/* The answer for a path that names no file: success, and 24 zero bytes. */
static void is_missing(const char *name, const char *path)
{
	static const struct dirsync_info none;
	struct dirsync_info info;
	char row[128];
	long ret;

	memset(&info, POISON, sizeof(info));
	ret = dirsync_stat(path, &info);
	snprintf(row, sizeof(row), "%s: returns 0", name);
	ok(ret == 0, row, "returned %ld, errno %d", ret, errno);
	snprintf(row, sizeof(row), "%s: all of info is zero", name);
	ok(memcmp(&info, &none, sizeof(info)) == 0, row, "exists %d, size %ld, mtime %ld", info.exists, (long)info.size,
	   (long)info.mtime);
}

/* An error: -1, this errno, and not a byte of info written. */
static void fails(const char *name, const void *path, int error)
{
	struct dirsync_info info;
	char row[128];
	long ret;

	memset(&info, POISON, sizeof(info));
	errno = 0;
	ret = dirsync_stat(path, &info);
	snprintf(row, sizeof(row), "%s: fails with %s", name, strerrorname_np(error));
	ok(ret == -1 && errno == error, row, "returned %ld, errno %d (%s)", ret, errno, strerror(errno));
	snprintf(row, sizeof(row), "%s: info is left alone", name);
	ok(is_poisoned(&info, sizeof(info)), row, "exists %d, size %ld, mtime %ld", info.exists, (long)info.size,
	   (long)info.mtime);
}

static void info_faults(const char *name, void *info)
{
	long ret;

	errno = 0;
	ret = dirsync_stat("file", info);
	ok(ret == -1 && errno == EFAULT, name, "returned %ld, errno %d (%s)", ret, errno, strerror(errno));
}

static void make_file(const char *path, off_t size)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_EXCL, 0644);

	if (fd < 0 || ftruncate(fd, size) || close(fd))
		die(path);
}

static void set_mtime(const char *path, time_t seconds)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = seconds } };

	if (utimensat(AT_FDCWD, path, times, 0))
		die(path);
}

static void test_sysctl(void)
{
	char text[64] = "", number[16];
	int fd = open("/proc/sys/fs/dirsync_abi", O_RDONLY);
	char *word, *rest = text;
	int listed = 0;

	ok(fd >= 0, "/proc/sys/fs/dirsync_abi is there", "%s", strerror(errno));
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) < 0)
		die("read dirsync_abi");
	close(fd);
	text[strcspn(text, "\n")] = '\0';
	word = strsep(&rest, " ");
	snprintf(number, sizeof(number), "%d", DIRSYNC_ABI_VERSION);
	ok(strcmp(word, number) == 0, "its first word is the ABI's version", "it is %s, the header says %s", word, number);
	snprintf(number, sizeof(number), "%d", __NR_dirsync_stat);
	while ((word = strsep(&rest, " ")))
		listed |= strcmp(word, number) == 0;
	ok(listed, "it lists the number of dirsync_stat", "no %s in it", number);
	fd = open("/proc/sys/fs/dirsync_abi", O_WRONLY);
	ok(fd < 0, "nobody can write it", "open for writing succeeded");
}

static void test_answers(void)
{
	make_file("file", 12345);
	agrees("a file", "file");
	make_file("empty", 0);
	agrees("an empty file", "empty");
	agrees("a directory", ".");
	if (symlink("file", "link"))
		die("link");
	agrees("a link, which is followed", "link");
	if (mkfifo("fifo", 0600))
		die("fifo");
	agrees("a fifo", "fifo");
	if (mknod("null", S_IFCHR | 0600, makedev(1, 3)))
		die("null");
	agrees("a character device", "null");
	make_file("large", 5LL << 30);
	agrees("a sparse file above 4 GiB", "large");
	set_mtime("file", -86400);
	agrees("a file of 1969", "file");
	set_mtime("file", 4102444800);
	agrees("a file of 2100", "file");

	is_missing("a missing name", "missing");
	is_missing("a missing directory", "missing/file");
	is_missing("a file used as a directory", "file/name");
	if (symlink("missing", "dangling"))
		die("dangling");
	is_missing("a dangling link", "dangling");
	is_missing("an empty path", "");
}

/*
 * Calls that copy what they are given into the kernel's stack, each at another depth: a byte that the next call does not
 * write then shows as 0xff. Their arguments are nonsense, so they fail and change nothing.
 */
static void dirty_kernel_stack(int way)
{
	static unsigned char poison[512];

	memset(poison, POISON, sizeof(poison));
	switch (way) {
	case 0:
		syscall(SYS_rt_sigaction, SIGKILL, poison, NULL, 8);
		break;
	case 1:
		syscall(SYS_utimensat, AT_FDCWD, "file", poison, 0);
		break;
	case 2:
		syscall(SYS_clock_settime, CLOCK_REALTIME, poison);
		break;
	case 3:
		syscall(SYS_setitimer, ITIMER_REAL, poison, NULL);
		break;
	case 4:
		syscall(SYS_poll, poison, 30, 0);
		break;
	case 5:
		syscall(SYS_prlimit64, -1, RLIMIT_CORE, poison, NULL);
		break;
	}
}

static void test_hole(void)
{
	unsigned char buffer[sizeof(struct dirsync_info) + 16];
	const char *paths[] = { "file", "missing" };

	for (int i = 0; i < 2; i++) {
		unsigned int hole = 0;
		int beyond = 0;
		char row[64];

		for (int way = 0; way < 6; way++) {
			unsigned int word;

			memset(buffer, POISON, sizeof(buffer));
			dirty_kernel_stack(way);
			dirsync_stat(paths[i], buffer);
			memcpy(&word, buffer + 4, sizeof(word));
			hole |= word;
			beyond |= !is_poisoned(buffer + sizeof(struct dirsync_info), 16);
		}
		snprintf(row, sizeof(row), "%s: bytes 4 to 7 are zero", paths[i]);
		ok(hole == 0, row, "the kernel's stack shows: %08x", hole);
		snprintf(row, sizeof(row), "%s: nothing is written after byte 23", paths[i]);
		ok(!beyond, row, "something is");
	}
}

static void test_errors(void)
{
	char name[NAME_MAX + 2], path[PATH_MAX + 1];

	if (symlink("loop", "loop"))
		die("loop");
	fails("a link to itself", "loop", ELOOP);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fails("a name of 256 bytes", name, ENAMETOOLONG);
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	fails("a path of 4096 bytes", path, ENAMETOOLONG);
	fails("a null path", NULL, EFAULT);
	fails("a path in the kernel's half", (void *)0xffffffff81000000UL, EFAULT);
}

static void test_faults(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *read_only = mmap(NULL, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || read_only == MAP_FAILED || munmap(map + page, page))
		die("mmap");
	info_faults("a null info fails with EFAULT", NULL);
	info_faults("an info in the kernel's half fails with EFAULT", (void *)0xffffffff81000000UL);
	info_faults("a read-only info fails with EFAULT", read_only);
	info_faults("an info of which half is mapped fails with EFAULT", map + page - 12);
	memcpy(map + page - 4, "file", 4);
	fails("a path that runs off its page", map + page - 4, EFAULT);
}

/* In a child, since it gives up root. Its rows count: it prints them, and its exit code says how many failed. */
static void test_permissions(void)
{
	pid_t child;
	int status;

	if (mkdir("private", 0700))
		die("private");
	make_file("private/file", 1);
	make_file("unreadable", 7);
	if (chmod("unreadable", 0000))
		die("unreadable");
	child = fork();
	if (child == 0) {
		int before = failed;

		if (setgid(65534) || setuid(65534))
			die("setuid");
		fails("below a directory without search permission", "private/file", EACCES);
		agrees("a file without any permission", "unreadable");
		_exit(failed - before);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		die("child");
	if (!WIFEXITED(status))
		die("child was killed");
	failed += WEXITSTATUS(status);
	planned += 6;
}

static void test_absent(void)
{
	unsigned char buffer[64];
	long ret;

	memset(buffer, POISON, sizeof(buffer));
	errno = 0;
	ret = dirsync_stat("file", buffer);
	ok(ret == -1 && errno == ENOSYS, "the call fails with ENOSYS", "returned %ld, errno %d (%s)", ret, errno,
	   strerror(errno));
	ok(is_poisoned(buffer, sizeof(buffer)), "nothing is written", "something is");
	ok(access("/proc/sys/fs/dirsync_abi", F_OK) == -1, "there is no /proc/sys/fs/dirsync_abi", "there is");
}

static void remove_all(void)
{
	static const char *const names[] = { "file", "empty", "link", "fifo", "null", "large", "dangling", "loop",
					     "private/file", "unreadable" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(names[i]);
	rmdir("private");
}

int main(int argc, char **argv)
{
	int absent = argc > 1 && strcmp(argv[1], "--expect-absent") == 0;
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/dirsync_stat.XXXXXX", argc > 1 + absent ? argv[1 + absent] : "/tmp");
	printf("TAP version 14\n");
	if (!mkdtemp(dir) || chmod(dir, 0755) || chdir(dir))
		die(dir);
	if (absent) {
		test_absent();
	} else {
		test_sysctl();
		test_answers();
		test_hole();
		test_errors();
		test_faults();
		test_permissions();
		remove_all();
	}
	if (chdir("/") || rmdir(dir))
		die(dir);
	printf("1..%d\n", planned);
	return failed != 0;
}
