// SPDX-License-Identifier: MIT
/*
 * same_records DIRECTORY SEED: whether the syncer's two producers of records, the kernel's calls and statx(2), say the
 * same of the same directories, byte for byte. Prints TAP; exit code 0 if and only if all points passed.
 *
 * Works in a new directory below DIRECTORY, and needs root.
 */
#include <sched.h>
#include <sys/wait.h>

#include "both_producers.h"
#include "odd_tree.h"

static int points, failures;

static void point(bool good, const char *name)
{
	printf("%sok %d - %s\n%s", good ? "" : "not ", ++points, name, words);
	failures += !good;
	words[said = 0] = '\0';
	fflush(stdout);
}

static int source, destination;

/* The same question in both directions, and with nothing on the other side. */
static bool agree_all_ways(struct compare_request request, size_t size)
{
	const int ways[][2] = { { source, destination }, { destination, source }, { source, NOTHING } };

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		request.source = ways[i][0];
		request.destination = ways[i][1];
		if (!agree(&request, size))
			return false;
	}
	return true;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR_NS 3600000000000

static const uint32_t compares[] = { 0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0xff, 0xfc };
static const uint32_t reports[] = {
	0,	 1,	  2,	   4,	    8,	     0x10,    0x20,	0x40,	 0x80,	  0x100,
	0x1ff,	 0x10000, 0x10001, 0x20000, 0x40000, 0x100ff, 0x501ff,	0x701ff,
};
static const uint64_t maxima[] = { 0, 1, 7, 64 };
static const size_t sizes[] = { 352, 353, 1000, 16384, LARGEST };
static const uint64_t slacks[] = { 0, 1, 999999999, 1000000000, UINT64_MAX };
static const uint64_t times_near_now[] = { 0, HOUR_NS, UINT64_MAX };

static bool agree_on_bits(uint32_t compare, uint32_t report)
{
	return agree_all_ways((struct compare_request){ .compare = compare, .report = report }, LARGEST);
}

static void test_bits(void)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(compares) && good; i++)
		good = agree_on_bits(compares[i], 0x1ff);
	point(good, "each bit to compare");
	good = true;
	for (size_t i = 0; i < COUNT(reports) && good; i++)
		good = agree_on_bits(0, reports[i]) && agree_on_bits(0xff, reports[i]);
	point(good, "each bit to report");
	point(by_kernel.slices == 1 && by_statx.slices == 1, "a large buffer takes a directory in one slice");
	good = agree(&(struct compare_request){ source, source, .compare = 0xff, .report = 0x1ff }, LARGEST);
	point(good && by_kernel.length == 0, "a directory is like itself");
}

static void test_slices(void)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(maxima) && good; i++)
		for (size_t j = 0; j < COUNT(sizes) && good; j++)
			good = agree_all_ways((struct compare_request){ .compare = 0xff,
									.report = (i + j) % 2 ? 1 : 0x20000,
									.max_entries = maxima[i] },
					      sizes[j]);
	point(good, "each size of the buffer with each limit of names");
}

static void test_times(void)
{
	bool good = true;

	for (size_t i = 0; i < COUNT(slacks) && good; i++)
		for (size_t j = 0; j < COUNT(times_near_now) && good; j++)
			good = agree_all_ways((struct compare_request){ .compare = 0xff,
									.report = 0x1ff,
									.mtime_slack_ns = slacks[i],
									.racy_ns = times_near_now[j] },
					      LARGEST);
	point(good, "each slack with each time near now");
}

static void test_random(unsigned int seed)
{
	bool good = true;

	srandom(seed);
	for (int i = 0; i < 20 && good; i++) {
		const struct compare_request request = {
			.compare = random() & 0xff,
			.report = random() & 0x701ff,
			.max_entries = random() % 3 == 0 ? random() % 200 : 0,
			.mtime_slack_ns = slacks[random() % COUNT(slacks)],
			.racy_ns = times_near_now[random() % COUNT(times_near_now)],
		};

		good = agree_all_ways(request, DIRSYNC_BUF_MIN + random() % (LARGEST - DIRSYNC_BUF_MIN));
	}
	point(good, "twenty random questions");
}

/* One call of each that has to fail, and in the same way. */
static bool both_fail(int from, int to, struct compare_request request, size_t size, int error)
{
	request.source = from;
	request.destination = to;
	if (agree(&request, size) && by_kernel.error == error)
		return true;
	say("# %d to %d: %s expected\n", from, to, strerror(error));
	return false;
}

static void test_errors(void)
{
	const struct compare_request all = { .compare = 0xff, .report = 0x1ff };
	int file = openat(source, "empty", O_RDONLY), path = openat(source, ".", O_PATH), removed, locked;
	bool good;

	odd_check(mkdirat(source, "removed", 0700), "mkdirat");
	removed = openat(source, "removed", O_RDONLY);
	odd_check(unlinkat(source, "removed", AT_REMOVEDIR), "unlinkat");
	odd_check(mkdirat(source, "locked", 0644), "mkdirat");
	locked = openat(source, "locked", O_RDONLY);

	good = both_fail(file, source, all, LARGEST, ENOTDIR) && both_fail(source, file, all, LARGEST, ENOTDIR) &&
	       both_fail(file, NOTHING, all, LARGEST, ENOTDIR);
	point(good, "a file is no directory");
	good = both_fail(path, source, all, LARGEST, EBADF) && both_fail(source, path, all, LARGEST, EBADF) &&
	       both_fail(path, NOTHING, all, LARGEST, EBADF) && both_fail(source, AT_FDCWD, all, LARGEST, EBADF) &&
	       both_fail(source, 1000, all, LARGEST, EBADF) && both_fail(NOTHING, source, all, LARGEST, EBADF);
	point(good, "what is not open cannot be read");
	good = both_fail(removed, source, all, LARGEST, ENOENT) && both_fail(source, removed, all, LARGEST, ENOENT) &&
	       both_fail(removed, NOTHING, all, LARGEST, ENOENT);
	point(good, "a removed directory is none in which all is missing");
	good = both_fail(source, destination, all, DIRSYNC_BUF_MIN - 1, EINVAL) &&
	       both_fail(source, NOTHING, all, DIRSYNC_BUF_MIN - 1, EINVAL) &&
	       both_fail(source, destination, (struct compare_request){ .compare = 0x100 }, LARGEST, EINVAL) &&
	       both_fail(source, NOTHING, (struct compare_request){ .report = 0x80000 }, LARGEST, EINVAL);
	point(good, "too small a buffer, and bits that mean nothing");

	odd_check(seteuid(65534), "seteuid");
	good = both_fail(locked, destination, all, LARGEST, EACCES) && both_fail(source, locked, all, LARGEST, EACCES) &&
	       both_fail(locked, NOTHING, all, LARGEST, EACCES);
	odd_check(seteuid(0), "seteuid");
	point(good, "a directory in which nothing may be looked up");
	odd_check(unlinkat(source, "locked", AT_REMOVEDIR), "unlinkat");
	close(file), close(path), close(removed), close(locked);
}

/* There nobody has a name, so that all owners are alike. */
static bool agree_without_owners(void)
{
	struct compare_request request = { source, destination, .compare = 0xff, .report = 0x20000 };
	bool good = unshare(CLONE_NEWUSER) == 0 && agree(&request, LARGEST);

	for (size_t at = 0; good && at < by_kernel.length;) {
		const struct dirsync_rec *record = (const void *)(by_kernel.records + at);

		good = record->uid == 65534 && (record->diff & DIRSYNC_DIFF_OWNER) == 0;
		at += record->reclen;
	}
	return good;
}

static void test_user_namespace(void)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(!agree_without_owners());
	waitpid(child, &status, 0);
	point(status == 0, "in a user namespace that maps nobody");
}

static int open_new(int parent, const char *name)
{
	odd_check(mkdirat(parent, name, 0755), "mkdirat");
	return openat(parent, name, O_RDONLY | O_DIRECTORY);
}

int main(int argc, char **argv)
{
	char folder[PATH_MAX];
	int parent;

	if (argc != 3) {
		fprintf(stderr, "usage: same_records DIRECTORY SEED\n");
		return 2;
	}
	snprintf(folder, sizeof(folder), "%s/same_records.XXXXXX", argv[1]);
	if (mkdtemp(folder) == NULL)
		odd_die(folder);
	odd_check(chmod(folder, 0755), "chmod");
	parent = open(folder, O_RDONLY | O_DIRECTORY);
	source = open_new(parent, "source");
	destination = open_new(parent, "destination");
	make_odd_tree(source, destination);

	test_bits();
	test_slices();
	test_times();
	test_random((unsigned int)atol(argv[2]));
	test_errors();
	test_user_namespace();
	printf("1..%d\n", points);
	return failures != 0;
}
