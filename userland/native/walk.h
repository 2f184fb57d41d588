/*
 * Two trees walked side by side, on as many threads as call walk_step, to find the directories in
 * which something is to be done. A walk changes nothing but watches, and what it finds is a hint:
 * whoever acts on it looks again. So it may call a directory different that is not, never the other
 * way round.
 */
#ifndef DIRSYNC_WALK_H
#define DIRSYNC_WALK_H

#include <pthread.h>
#include <stdbool.h>

#include "producer.h"

struct walk_request {
	struct compare_request compare; /* its two directories are the roots */
	bool kernel;			/* compare by the kernel's own calls */
	bool attributes;		/* compare mode, owner and mtime of directories, too */
	int64_t recent_since;		/* ctime in seconds from which a file is recent */
	int inotify;			/* -1: nothing is watched */
	uint32_t mask;
};

/* What was found, one after the other, each padded to 4 bytes; a parent comes before its children. */
struct walk_found {
	uint32_t id; /* counted from 0, the root */
	uint32_t parent;
	int32_t wd; /* 0: not watched */
	uint16_t flags;
	uint16_t namelen;
	char name[];
};

/* Something in it differs, or may do. */
#define WALK_DIFFERS 1
/* Its own mode, owner or mtime differ. */
#define WALK_ATTRIBUTES 2
/* The kernel grants no more watches. */
#define WALK_UNWATCHED 4
/* It was not walked: look at this name of its parent, and at all below. It has no id. */
#define WALK_LEFT 8
/* It has a file that was changed after `recent_since`. */
#define WALK_RECENT 16
/* It could not be read to its end: there may be directories below it that are not walked. */
#define WALK_UNREAD 32

struct walk;

/* Duplicates the roots' descriptors. NULL with errno. */
struct walk *walk_new(const struct walk_request *request);
/* To be called when no step is running. */
void walk_free(struct walk *walk);
/* Makes steps return early, and for good. */
void walk_cancel(struct walk *walk);
/* Walks until much has been found, or all. */
void walk_step(struct walk *walk);
/* Takes what was found since the last time: malloc'ed, NULL when it is nothing. */
char *walk_take(struct walk *walk, size_t *length, bool *done);

#endif
