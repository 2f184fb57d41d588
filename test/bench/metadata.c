// SPDX-License-Identifier: MIT
/*
 * Measures what it costs to learn the metadata of a directory's files, or to compare two directories, by each way there is.
 *
 *     metadata DIRECTORY ENTRIES PASSES [ARM...]
 *     metadata DIRECTORY ENTRIES 0
 *
 * Makes two directories of ENTRIES files below DIRECTORY, runs each arm (default: all) PASSES times, in turns, and removes
 * them. Prints one JSON object a line: first what the clock counts (calibrate.h), then for each arm and share of changed files
 * the nanoseconds of each pass, or that the kernel has no such call. All is printed at the end: whoever reads the output would
 * else run in between. `npm run vm:bench metadata` reads it. An arm that does not see every file, or not every
 * difference, is an error. With no passes the directories are made and left.
 */

/* Programs of the guest are compiled for size; the loops here are the measure of all others. */
#pragma GCC optimize("O2")

#include "metadata/calibrate.h"
#include "metadata/joins.h"

/* A pass goes over the directory so often that it has at least so many entries: small ones are over too soon. */
#define ENTRIES_OF_A_PASS 10000
#define MAX_PASSES 64

struct arm {
	const char *name;
	struct outcome (*run)(const struct pair *);
	/* Whether it compares, so that the share of changed files matters to it. */
	int compares;
	/* The call of ours that it makes, or 0. */
	int number;
};

static const struct arm arms[] = {
	{ "getppid", run_getppid, 0, 0 },
	{ "stat", run_stat, 0, 0 },
	{ "dirsync_stat", run_dirsync_stat, 0, __NR_dirsync_stat },
	{ "newfstatat", run_newfstatat, 0, 0 },
	{ "statx", run_statx, 0, 0 },
	{ "getdents64", run_getdents, 0, 0 },
	{ "list-names", run_list_names, 0, __NR_dirsync_list },
	{ "getdents64+newfstatat", run_getdents_newfstatat, 0, 0 },
	{ "getdents64+statx", run_getdents_statx, 0, 0 },
	{ "list", run_list, 0, __NR_dirsync_list },
	{ "join-newfstatat", run_join_newfstatat, 1, 0 },
	{ "join-cwd", run_join_cwd, 1, 0 },
	{ "join-statx", run_join_statx, 1, 0 },
	{ "diff", run_diff, 1, __NR_dirsync_diff },
};
#define ARMS (sizeof(arms) / sizeof(*arms))

/* A number of ours is no proof of our call: the kernel says which it has, and no other is made. */
static int kernel_has(int number)
{
	FILE *list = fopen("/proc/sys/fs/dirsync_abi", "r");
	int version, found = 0, one;

	if (!list)
		return 0;
	if (fscanf(list, "%d", &version) != 1 || version != DIRSYNC_ABI_VERSION)
		version = 0;
	while (version && fscanf(list, "%d", &one) == 1)
		found |= one == number;
	fclose(list);
	return found;
}

static int is_wanted(const struct arm *arm, char **names, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], arm->name) == 0)
			return 1;
	return count == 0;
}

static int64_t time_pass(const struct arm *arm, const struct pair *pair, unsigned long rounds)
{
	unsigned long differing = arm->compares ? pair->changed : 0;
	int64_t began = now_ns();

	for (unsigned long round = 0; round < rounds; round++) {
		struct outcome outcome = arm->run(pair);

		if (outcome.entries != pair->entries || outcome.differing != differing) {
			fprintf(stderr, "metadata: %s saw %lu of %lu files, and %lu of %lu differences\n", arm->name,
				outcome.entries, pair->entries, outcome.differing, differing);
			exit(1);
		}
	}
	return now_ns() - began;
}

/* Arms take turns, and the first turn, in which caches fill, does not count. */
static void measure(const struct pair *pair, unsigned int percent, long passes, const int *runs)
{
	unsigned long rounds = pair->entries < ENTRIES_OF_A_PASS ? ENTRIES_OF_A_PASS / pair->entries : 1;
	static int64_t taken[ARMS][MAX_PASSES];

	for (long pass = -1; pass < passes; pass++)
		for (size_t i = 0; i < ARMS; i++)
			if (runs[i] && (percent == 0 || arms[i].compares)) {
				int64_t ns = time_pass(&arms[i], pair, pass < 0 ? 1 : rounds);

				if (pass >= 0)
					taken[i][pass] = ns;
			}
	for (size_t i = 0; i < ARMS; i++) {
		if (!runs[i] || (percent != 0 && !arms[i].compares))
			continue;
		printf("{\"arm\":\"%s\",\"entries\":%lu,\"changed\":%u,\"rounds\":%lu,\"ns\":[", arms[i].name, pair->entries,
		       percent, rounds);
		for (long pass = 0; pass < passes; pass++)
			printf("%s%ld", pass == 0 ? "" : ",", (long)taken[i][pass]);
		printf("]}\n");
	}
}

int main(int argc, char **argv)
{
	static const unsigned int percents[] = { 0, 1, 10, 100 };
	static char output[1 << 16];
	long entries = argc > 3 ? atol(argv[2]) : 0, passes = argc > 3 ? atol(argv[3]) : 0;
	struct pair pair;
	int runs[ARMS];

	if (entries < 1 || entries > 999999 || passes < 0 || passes > MAX_PASSES) {
		fprintf(stderr, "Usage: metadata DIRECTORY ENTRIES PASSES [ARM...]\n");
		return 2;
	}
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	calibrate();
	if (chdir(argv[1]))
		die(argv[1]);
	if (passes == 0) {
		make_pair((unsigned long)entries, buffer, BUFFER_SIZE);
		return 0;
	}
	for (size_t i = 0; i < ARMS; i++) {
		runs[i] = is_wanted(&arms[i], argv + 4, argc - 4);
		if (runs[i] && arms[i].number && !kernel_has(arms[i].number)) {
			runs[i] = 0;
			printf("{\"absent\":\"%s\"}\n", arms[i].name);
		}
	}
	pair = make_pair((unsigned long)entries, buffer, BUFFER_SIZE);
	for (size_t i = 0; i < sizeof(percents) / sizeof(*percents); i++) {
		change(&pair, percents[i]);
		/* What has to go to the disk goes now, and not while something is measured. */
		sync();
		/* A share of a file is none. */
		if (percents[i] == 0 || pair.changed > 0)
			measure(&pair, percents[i], passes, runs);
	}
	remove_pair(&pair);
	return 0;
}
