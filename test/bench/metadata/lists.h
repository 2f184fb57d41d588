// SPDX-License-Identifier: MIT
/* Arms that make one call a file, and arms that read one directory, with and without attributes. */
#pragma once

#include "pair.h"

/*
 * What a getdents64 or one of our calls is given: a directory of 5,000 names fits into it, and it stays in the processor's
 * second cache. Larger ones measured no better.
 */
#define BUFFER_SIZE (256UL << 10)

static char buffer[BUFFER_SIZE] __attribute__((aligned(64)));

/* Every arm adds up what it learns, so that the compiler keeps all of it. */
static uint64_t sum;

/* What an arm found: entries it went through, and those that differ. */
struct outcome {
	unsigned long entries, differing;
};

/* All arms begin at the directory's first name. */
static void rewind_directory(int dir)
{
	if (lseek(dir, 0, SEEK_SET))
		die("lseek");
}

static inline int is_dots(const char *name)
{
	return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static struct outcome run_getppid(const struct pair *pair)
{
	for (unsigned long i = 0; i < pair->entries; i++)
		sum += (uint64_t)call3(SYS_getppid, 0, 0, 0);
	return (struct outcome){ pair->entries, 0 };
}

/* stat(2) and dirsync_stat(2) know no directory but the working one. */
static void enter_source(const struct pair *pair)
{
	if (fchdir(pair->src))
		die("fchdir");
}

static void leave_source(void)
{
	if (chdir(".."))
		die("chdir");
}

static struct outcome run_stat(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct kernel_stat st;

	enter_source(pair);
	for (unsigned long i = 0; i < pair->entries; i++) {
		outcome.entries += !call3(SYS_stat, (long)pair->names[i], (long)&st, 0);
		sum += st.mtime;
	}
	leave_source();
	return outcome;
}

static struct outcome run_dirsync_stat(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct dirsync_info info;

	enter_source(pair);
	for (unsigned long i = 0; i < pair->entries; i++) {
		outcome.entries += !dirsync_stat(pair->names[i], &info) && info.exists;
		sum += (uint64_t)info.mtime;
	}
	leave_source();
	return outcome;
}

static struct outcome run_newfstatat(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct kernel_stat st;

	for (unsigned long i = 0; i < pair->entries; i++) {
		outcome.entries += !stat_at(pair->src, pair->names[i], &st);
		sum += st.mtime;
	}
	return outcome;
}

static struct outcome run_statx(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct statx st;

	for (unsigned long i = 0; i < pair->entries; i++) {
		outcome.entries += !statx_at(pair->src, pair->names[i], &st);
		sum += (uint64_t)st.stx_mtime.tv_sec;
	}
	return outcome;
}

/*
 * Goes through the source's names and runs `body` on each, which has `name`; the arm returns the sum of what body adds to
 * `outcome`. A macro, so that no arm pays for a call that another one does not make.
 */
#define FOR_EACH_NAME(pair, outcome, body)                                                \
	do {                                                                              \
		long got;                                                                 \
                                                                                          \
		rewind_directory((pair)->src);                                            \
		while ((got = read_names((pair)->src, buffer, BUFFER_SIZE)) > 0) {        \
			for (const char *at = buffer, *end = at + got; at < end;) {       \
				const struct dirent64 *entry = (const void *)at;          \
				const char *name = entry->name;                           \
                                                                                          \
				at += entry->reclen;                                      \
				if (is_dots(name))                                        \
					continue;                                         \
				(outcome).entries++;                                      \
				body;                                                     \
			}                                                                 \
		}                                                                         \
		if (got < 0)                                                              \
			die("getdents64");                                                \
	} while (0)

static struct outcome run_getdents(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };

	FOR_EACH_NAME(pair, outcome, sum += entry->ino + (uint64_t)name[0]);
	return outcome;
}

static struct outcome run_getdents_newfstatat(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct kernel_stat st;

	FOR_EACH_NAME(pair, outcome, {
		if (stat_at(pair->src, name, &st))
			die(name);
		sum += st.mtime + (uint64_t)st.size;
	});
	return outcome;
}

static struct outcome run_getdents_statx(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct statx st;

	FOR_EACH_NAME(pair, outcome, {
		if (statx_at(pair->src, name, &st))
			die(name);
		sum += (uint64_t)st.stx_mtime.tv_sec + st.stx_size;
	});
	return outcome;
}

static struct outcome list(const struct pair *pair, uint64_t mask)
{
	struct dirsync_list_args args = { .buf = (uintptr_t)buffer, .buf_len = BUFFER_SIZE, .mask = mask };
	const struct dirsync_hdr *hdr = (const void *)buffer;
	struct outcome outcome = { 0, 0 };

	rewind_directory(pair->src);
	do {
		long got = dirsync_list(pair->src, &args);

		if (got < 0) {
			errno = (int)-got;
			die("dirsync_list");
		}
		for (const char *at = buffer + sizeof(*hdr), *end = buffer + got; at < end;) {
			const struct dirsync_rec *record = (const void *)at;

			at += record->reclen;
			if (record->err)
				die("a record of dirsync_list");
			outcome.entries++;
			sum += (uint64_t)record->mtime_sec + record->size + (uint64_t)record->name[0];
		}
	} while (!(hdr->flags & DIRSYNC_HDR_EOF));
	return outcome;
}

static struct outcome run_list_names(const struct pair *pair)
{
	return list(pair, 0);
}

static struct outcome run_list(const struct pair *pair)
{
	return list(pair, DIRSYNC_ATTRIBUTES);
}
