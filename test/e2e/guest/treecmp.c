// SPDX-License-Identifier: MIT
/*
 * treecmp: says how two directory trees differ, for tests in the guest and on the host.
 *
 *     treecmp [OPTION]... A B      exit 0: equal, 1: they differ (each difference on a line), 2: cannot tell
 *     treecmp --print A            one line an entry, sorted by name: the same lines mean the same tree
 *
 * An oracle of its own: it shares no code with the syncer. Compared are names (as bytes), types, permission bits, owner,
 * group, size and content of files, targets of symlinks, device numbers, and modification times in nanoseconds
 * (of directories, too, the two roots excepted).
 *
 *     --links      which names are one file has to be the same
 *     --xattrs     so have extended attributes, ACLs among them
 *     --holes      a file of B holds no more data, as SEEK_DATA tells it, than A's has room for in its blocks
 *     --roots      the attributes of A and B themselves count, too
 *     --wait MS    compare again and again until the trees are equal or the time is up, so that a test of a live syncer
 *                  needs no sleep and no round trip
 *     --still MS   equal is not enough: for so long nothing at all may be touched in B, either
 */
#include <getopt.h>
#include <time.h>

#include "oracle/compare.h"
#include "oracle/print.h"
#include "oracle/stamp.h"

#define RETRY_US 10000

struct trees {
	const char *first, *second;
	struct scope scope;
};

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

/* Returns how many differences there are; prints them unless it is to be quiet. */
static int compare_once(const struct trees *trees, int quiet)
{
	struct report report = { .quiet = quiet };
	int a = open_root(trees->first), b = open_root(trees->second);

	compare_trees(a, b, trees->scope, &report);
	close(a);
	close(b);
	return report.differences;
}

/* Whether nothing is touched in the second tree for so long, and both are equal then. */
static int stays_equal(const struct trees *trees, long still_ms)
{
	int root = open_root(trees->second);
	uint64_t before = stamp(root, 0), after;

	usleep(still_ms * 1000);
	close(root);
	root = open_root(trees->second);
	after = stamp(root, 0);
	close(root);
	return before == after && compare_once(trees, 1) == 0;
}

static int compare_until(const struct trees *trees, long wait_ms, long still_ms)
{
	long long deadline = now_ms() + wait_ms;

	for (;;) {
		int last = now_ms() >= deadline;
		int differences = compare_once(trees, !last);

		if (differences == 0 && (still_ms == 0 || stays_equal(trees, still_ms)))
			return 0;
		if (last) {
			if (differences == 0)
				printf("equal, but the second tree is touched again and again\n");
			else
				printf("%d differences\n", differences);
			return 1;
		}
		usleep(RETRY_US);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: treecmp [--links] [--xattrs] [--holes] [--roots] [--wait MS] [--still MS] A B\n"
			"       treecmp --print A\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option OPTIONS[] = {
		{ "links", no_argument, NULL, 'l' },	{ "xattrs", no_argument, NULL, 'x' },
		{ "holes", no_argument, NULL, 'h' },	{ "roots", no_argument, NULL, 'r' },
		{ "print", no_argument, NULL, 'p' },	{ "wait", required_argument, NULL, 'w' },
		{ "still", required_argument, NULL, 's' }, { 0 },
	};
	struct trees trees = { 0 };
	long wait_ms = 0, still_ms = 0;
	int option, print = 0;

	while ((option = getopt_long(argc, argv, "", OPTIONS, NULL)) != -1) {
		switch (option) {
		case 'l':
			trees.scope.links = 1;
			break;
		case 'x':
			trees.scope.xattrs = 1;
			break;
		case 'h':
			trees.scope.holes = 1;
			break;
		case 'r':
			trees.scope.roots = 1;
			break;
		case 'p':
			print = 1;
			break;
		case 'w':
			wait_ms = atol(optarg);
			break;
		case 's':
			still_ms = atol(optarg);
			break;
		default:
			return usage();
		}
	}
	if (argc - optind != (print ? 1 : 2))
		return usage();
	trees.first = argv[optind];
	trees.second = argv[optind + 1];
	if (!print)
		return compare_until(&trees, wait_ms, still_ms);
	print_tree(open_root(trees.first), "");
	return 0;
}
