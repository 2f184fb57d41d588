/* One directory of a walk, open on both sides, compared. */
#ifndef DIRSYNC_WALK_PAIR_H
#define DIRSYNC_WALK_PAIR_H

#include "walk.h"

/* A name in an open directory, whose turn is still to come. */
struct waiting {
	struct waiting *next;
	struct pair *above;
	char name[];
};

struct pair {
	int source;
	int destination;
	uint32_t id;
	unsigned int depth;
	unsigned int waiting; /* directories below it whose turn is to come; the walk's lock guards it */
};

/* Compares the two and returns WALK_ flags; the directories in it are put in front of `*below`. */
unsigned int pair_compare(const struct walk_request *request, struct pair *pair,
			  struct waiting **below);

#endif
