// SPDX-License-Identifier: MIT
/* The two directories that are measured: how they are made, and how some of the second one's files are changed. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calls.h"

/* Room for the names below. */
#define NAME_SIZE 32

struct pair {
	int src, dst;
	unsigned long entries;
	/* Names in the order in which the source's directory gives them. */
	char (*names)[NAME_SIZE];
	/* How many of the destination's files differ. */
	unsigned long changed;
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "metadata: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void name_of(unsigned long index, char *name)
{
	snprintf(name, NAME_SIZE, "file-%06lu.txt", index);
}

static void set_time(int dir, const char *name, long seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	if (utimensat(dir, name, times, 0))
		die("utimensat");
}

static int make_directory(const char *name, unsigned long entries)
{
	char file[NAME_SIZE];
	int dir;

	if (mkdir(name, 0755))
		die(name);
	dir = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		die(name);
	for (unsigned long i = 0; i < entries; i++) {
		name_of(i, file);
		if (mknodat(dir, file, S_IFREG | 0644, 0))
			die(file);
		set_time(dir, file, 1700000000 + (long)i);
	}
	return dir;
}

static void read_order(struct pair *pair, void *buffer, unsigned long size)
{
	unsigned long seen = 0;
	long got;

	while ((got = read_names(pair->src, buffer, size)) > 0) {
		for (char *at = buffer, *end = at + got; at < end;) {
			struct dirent64 *entry = (struct dirent64 *)at;

			at += entry->reclen;
			if (entry->name[0] == '.')
				continue;
			if (seen == pair->entries)
				die("more names than files");
			strncpy(pair->names[seen++], entry->name, NAME_SIZE - 1);
		}
	}
	if (got < 0 || seen != pair->entries)
		die("getdents64");
}

/* Makes `src` and `dst` below the working directory, alike in all that is compared. */
static struct pair make_pair(unsigned long entries, void *buffer, unsigned long size)
{
	struct pair pair = { .entries = entries };

	pair.names = calloc(entries, sizeof(*pair.names));
	if (!pair.names)
		die("calloc");
	pair.src = make_directory("src", entries);
	pair.dst = make_directory("dst", entries);
	read_order(&pair, buffer, size);
	return pair;
}

/*
 * Has so many percent of the destination's files differ, spread evenly: one half in size (and mtime), one half in
 * mtime only. What is changed already stays changed, so percentages must grow.
 */
static void change(struct pair *pair, unsigned int percent)
{
	unsigned long wanted = pair->entries * percent / 100;
	char name[NAME_SIZE];

	for (unsigned long i = 0; i < wanted; i++) {
		unsigned long index = i * pair->entries / wanted;

		name_of(index, name);
		if (i % 2 == 0) {
			int file = openat(pair->dst, name, O_WRONLY | O_CLOEXEC);

			if (file < 0 || ftruncate(file, 1) || close(file))
				die(name);
		}
		set_time(pair->dst, name, 1600000000);
	}
	pair->changed = wanted;
}

static void remove_pair(struct pair *pair)
{
	char name[NAME_SIZE];

	for (unsigned long i = 0; i < pair->entries; i++) {
		name_of(i, name);
		if (unlinkat(pair->src, name, 0) || unlinkat(pair->dst, name, 0))
			die(name);
	}
	close(pair->src);
	close(pair->dst);
	free(pair->names);
	if (rmdir("src") || rmdir("dst"))
		die("rmdir");
}
