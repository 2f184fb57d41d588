// SPDX-License-Identifier: MIT
/*
 * Arms that compare the source with the destination: for each name of the source, type, size, mtime, mode and owner on both
 * sides. In user space they are as good as C makes them: a large buffer, descriptors instead of paths, no copy of a
 * name, one branch for a file that is the same; every name that differs is handed to nobody but counted.
 */
#pragma once

#include "lists.h"

#define COMPARED (DIRSYNC_DIFF_SIZE | DIRSYNC_DIFF_MTIME | DIRSYNC_DIFF_MODE | DIRSYNC_DIFF_OWNER)

/* What differs of two files, as bits of DIRSYNC_DIFF_*. Unlikely to be called where little has changed. */
static unsigned int __attribute__((noinline)) stat_difference(const struct kernel_stat *a, const struct kernel_stat *b)
{
	unsigned int found = 0;

	if ((a->mode ^ b->mode) & S_IFMT)
		return DIRSYNC_DIFF_TYPE;
	if (a->size != b->size && S_ISREG(a->mode))
		found |= DIRSYNC_DIFF_SIZE;
	if ((a->mtime != b->mtime || a->mtime_nsec != b->mtime_nsec) && !S_ISDIR(a->mode))
		found |= DIRSYNC_DIFF_MTIME;
	if (a->mode != b->mode && !S_ISLNK(a->mode))
		found |= DIRSYNC_DIFF_MODE;
	if (a->uid != b->uid || a->gid != b->gid)
		found |= DIRSYNC_DIFF_OWNER;
	return found;
}

static inline unsigned int compare_stat(const struct kernel_stat *a, const struct kernel_stat *b)
{
	uint64_t same = ((uint64_t)a->size ^ (uint64_t)b->size) | (a->mtime ^ b->mtime) | (a->mtime_nsec ^ b->mtime_nsec) |
			(a->mode ^ b->mode) | (a->uid ^ b->uid) | (a->gid ^ b->gid);

	return same == 0 ? 0 : stat_difference(a, b);
}

static unsigned int __attribute__((noinline)) statx_difference(const struct statx *a, const struct statx *b)
{
	unsigned int found = 0;

	if ((a->stx_mode ^ b->stx_mode) & S_IFMT)
		return DIRSYNC_DIFF_TYPE;
	if (a->stx_size != b->stx_size && S_ISREG(a->stx_mode))
		found |= DIRSYNC_DIFF_SIZE;
	if ((a->stx_mtime.tv_sec != b->stx_mtime.tv_sec || a->stx_mtime.tv_nsec != b->stx_mtime.tv_nsec) &&
	    !S_ISDIR(a->stx_mode))
		found |= DIRSYNC_DIFF_MTIME;
	if (a->stx_mode != b->stx_mode && !S_ISLNK(a->stx_mode))
		found |= DIRSYNC_DIFF_MODE;
	if (a->stx_uid != b->stx_uid || a->stx_gid != b->stx_gid)
		found |= DIRSYNC_DIFF_OWNER;
	return found;
}

static inline unsigned int compare_statx(const struct statx *a, const struct statx *b)
{
	uint64_t same = (a->stx_size ^ b->stx_size) | ((uint64_t)a->stx_mtime.tv_sec ^ (uint64_t)b->stx_mtime.tv_sec) |
			(a->stx_mtime.tv_nsec ^ b->stx_mtime.tv_nsec) | (uint64_t)(a->stx_mode ^ b->stx_mode) |
			(a->stx_uid ^ b->stx_uid) | (a->stx_gid ^ b->stx_gid);

	return same == 0 ? 0 : statx_difference(a, b);
}

/* A name of which the source or the destination cannot be read: none of the files here. */
static unsigned int __attribute__((noinline)) missing(long error, const char *name)
{
	if (error != -ENOENT) {
		errno = (int)-error;
		die(name);
	}
	return DIRSYNC_DIFF_MISSING;
}

static struct outcome run_join_newfstatat(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct kernel_stat a, b;

	FOR_EACH_NAME(pair, outcome, {
		long error = stat_at(pair->src, name, &a);
		unsigned int found;

		if (__builtin_expect(error != 0, 0))
			continue;
		error = stat_at(pair->dst, name, &b);
		found = __builtin_expect(error != 0, 0) ? missing(error, name) : compare_stat(&a, &b);
		outcome.differing += found != 0;
	});
	return outcome;
}

static struct outcome run_join_statx(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct statx a, b;

	FOR_EACH_NAME(pair, outcome, {
		long error = statx_at(pair->src, name, &a);
		unsigned int found;

		if (__builtin_expect(error != 0, 0))
			continue;
		error = statx_at(pair->dst, name, &b);
		found = __builtin_expect(error != 0, 0) ? missing(error, name) : compare_statx(&a, &b);
		outcome.differing += found != 0;
	});
	return outcome;
}

/* As run_join_newfstatat, with the source as the working directory: neither its descriptor nor flags need to be looked at. */
static struct outcome run_join_cwd(const struct pair *pair)
{
	struct outcome outcome = { 0, 0 };
	struct kernel_stat a, b;

	enter_source(pair);
	FOR_EACH_NAME(pair, outcome, {
		long error = call3(SYS_lstat, (long)name, (long)&a, 0);
		unsigned int found;

		if (__builtin_expect(error != 0, 0))
			continue;
		error = stat_at(pair->dst, name, &b);
		found = __builtin_expect(error != 0, 0) ? missing(error, name) : compare_stat(&a, &b);
		outcome.differing += found != 0;
	});
	leave_source();
	return outcome;
}

static struct outcome run_diff(const struct pair *pair)
{
	struct dirsync_diff_args args = {
		.buf = (uintptr_t)buffer,
		.buf_len = BUFFER_SIZE,
		.compare = COMPARED,
		.report = COMPARED | DIRSYNC_DIFF_MISSING | DIRSYNC_DIFF_TYPE,
	};
	const struct dirsync_hdr *hdr = (const void *)buffer;
	struct outcome outcome = { 0, 0 };

	rewind_directory(pair->src);
	do {
		long got = dirsync_diff(pair->src, pair->dst, &args);

		if (got < 0) {
			errno = (int)-got;
			die("dirsync_diff");
		}
		outcome.entries += hdr->nr_scanned;
		for (const char *at = buffer + sizeof(*hdr), *end = buffer + got; at < end;) {
			const struct dirsync_rec *record = (const void *)at;

			at += record->reclen;
			if (record->err)
				die("a record of dirsync_diff");
			outcome.differing += record->diff != 0;
		}
	} while (!(hdr->flags & DIRSYNC_HDR_EOF));
	return outcome;
}
