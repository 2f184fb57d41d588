/*
 * The traversal: see walk.h. Depth first, so that few directories are open at a time; a directory
 * stays open until those below it have been opened, for names are looked up in it alone.
 */
#include "walk.h"
#include "inotify.h"
#include "walk_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So much found ends a step: its receiver works while the next one runs. */
#define STEP_BYTES 32768
/* Below this depth, and with so many directories open, the rest is left to others. */
#define DEEPEST 96
#define MOST_OPEN 192
/* Directories of that prefix may be our own temporary files' namesakes: others know the rule. */
#define OWN_PREFIX ".dirsync-"

struct walk {
	struct walk_request request;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct waiting *stack;
	unsigned int at_work; /* threads that may still find something */
	unsigned int open;
	uint32_t ids;
	bool started;
	bool cancelled;
	char *found;
	size_t length;
	size_t room;
};

static struct walk_found *append(struct walk *walk, size_t namelen)
{
	size_t length = (sizeof(struct walk_found) + namelen + 3) & ~(size_t)3;
	struct walk_found *found;

	if (walk->room - walk->length < length) {
		size_t room = walk->room * 2 + STEP_BYTES;
		char *grown = realloc(walk->found, room);

		if (grown == NULL)
			return NULL;
		walk->found = grown;
		walk->room = room;
	}
	found = (struct walk_found *)(walk->found + walk->length);
	walk->length += length;
	return found;
}

/* With the lock held. A finding that cannot be told ends the walk: it would be missing. */
static void tell(struct walk *walk, const struct walk_found *found, const char *name)
{
	struct walk_found *told = append(walk, strlen(name));

	if (told == NULL) {
		walk->cancelled = true;
		return;
	}
	*told = *found;
	told->namelen = (uint16_t)strlen(name);
	memcpy(told->name, name, told->namelen);
}

static void close_pair(struct walk *walk, struct pair *pair)
{
	close(pair->source);
	close(pair->destination);
	free(pair);
	walk->open--;
}

static void watch(const struct walk_request *request, const struct pair *pair,
		  struct walk_found *found)
{
	int wd;

	if (request->inotify < 0)
		return;
	wd = watch_open_directory(request->inotify, pair->source, request->mask);
	if (wd > 0)
		found->wd = wd;
	else if (errno == ENOSPC)
		found->flags |= WALK_UNWATCHED;
}

static int open_below(int dir, const char *name)
{
	return openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* NULL when this directory is to be left to others. */
static struct pair *open_pair(const struct waiting *waiting)
{
	const struct pair *above = waiting->above;
	struct pair *pair;

	if (above->depth >= DEEPEST ||
	    strncmp(waiting->name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0)
		return NULL;
	pair = calloc(1, sizeof(*pair));
	if (pair == NULL)
		return NULL;
	pair->depth = above->depth + 1;
	pair->source = open_below(above->source, waiting->name);
	if (pair->source >= 0) {
		pair->destination = open_below(above->destination, waiting->name);
		if (pair->destination >= 0)
			return pair;
		close(pair->source);
	}
	free(pair);
	return NULL;
}

static void push(struct walk *walk, struct pair *pair, struct waiting *below)
{
	while (below != NULL) {
		struct waiting *next = below->next;

		pair->waiting++;
		below->next = walk->stack;
		walk->stack = below;
		below = next;
	}
}

/* Compares a pair and tells of it. Takes the lock. */
static void visit(struct walk *walk, struct pair *pair, uint32_t parent, const char *name)
{
	struct walk_found found = { .parent = parent };
	struct waiting *below = NULL;

	/* Watched first: whatever changes from now on is told by an event. */
	watch(&walk->request, pair, &found);
	found.flags |= (uint16_t)pair_compare(&walk->request, pair, &below);
	pthread_mutex_lock(&walk->lock);
	found.id = pair->id = walk->ids++;
	tell(walk, &found, name);
	push(walk, pair, below);
	if (pair->waiting == 0)
		close_pair(walk, pair);
}

/* Begins and ends with the lock held. */
static void take_turn(struct walk *walk)
{
	struct waiting *waiting = walk->stack;
	struct pair *above = waiting->above, *pair;
	uint32_t parent = above->id;
	bool crowded = walk->open >= MOST_OPEN;

	walk->stack = waiting->next;
	walk->at_work++;
	walk->open++;
	pthread_mutex_unlock(&walk->lock);
	pair = crowded ? NULL : open_pair(waiting);
	if (pair != NULL) {
		visit(walk, pair, parent, waiting->name);
	} else {
		const struct walk_found left = { .parent = parent, .flags = WALK_LEFT };

		pthread_mutex_lock(&walk->lock);
		walk->open--;
		tell(walk, &left, waiting->name);
	}
	if (--above->waiting == 0)
		close_pair(walk, above);
	walk->at_work--;
	free(waiting);
	pthread_cond_broadcast(&walk->changed);
}

static bool is_done(const struct walk *walk)
{
	return walk->cancelled ||
	       (walk->started && walk->stack == NULL && walk->at_work == 0);
}

/* Begins and ends with the lock held. */
static void begin(struct walk *walk)
{
	struct pair *root = calloc(1, sizeof(*root));

	walk->started = true;
	if (root == NULL) {
		walk->cancelled = true;
		return;
	}
	root->source = walk->request.compare.source;
	root->destination = walk->request.compare.destination;
	walk->request.compare.source = walk->request.compare.destination = -1;
	walk->at_work++;
	walk->open++;
	pthread_mutex_unlock(&walk->lock);
	visit(walk, root, 0, "");
	walk->at_work--;
	pthread_cond_broadcast(&walk->changed);
}

void walk_step(struct walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	if (!walk->started && !walk->cancelled)
		begin(walk);
	while (!is_done(walk) && walk->length < STEP_BYTES) {
		if (walk->stack != NULL)
			take_turn(walk);
		else
			pthread_cond_wait(&walk->changed, &walk->lock);
	}
	pthread_mutex_unlock(&walk->lock);
}

char *walk_take(struct walk *walk, size_t *length, bool *done)
{
	char *found;

	pthread_mutex_lock(&walk->lock);
	found = walk->found;
	*length = walk->length;
	*done = is_done(walk);
	walk->found = NULL;
	walk->length = walk->room = 0;
	pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
	return found;
}

void walk_cancel(struct walk *walk)
{
	pthread_mutex_lock(&walk->lock);
	walk->cancelled = true;
	pthread_cond_broadcast(&walk->changed);
	pthread_mutex_unlock(&walk->lock);
}

struct walk *walk_new(const struct walk_request *request)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	struct compare_request *roots;

	if (walk == NULL)
		return NULL;
	walk->request = *request;
	roots = &walk->request.compare;
	/* Opened again, not duplicated: a position in the directory of its own. */
	roots->source = openat(request->compare.source, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	roots->destination =
		openat(request->compare.destination, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_mutex_init(&walk->lock, NULL);
	pthread_cond_init(&walk->changed, NULL);
	if (roots->source >= 0 && roots->destination >= 0)
		return walk;
	walk_free(walk);
	return NULL;
}

void walk_free(struct walk *walk)
{
	int error = errno;

	while (walk->stack != NULL) {
		struct waiting *waiting = walk->stack;

		walk->stack = waiting->next;
		if (--waiting->above->waiting == 0)
			close_pair(walk, waiting->above);
		free(waiting);
	}
	if (walk->request.compare.source >= 0)
		close(walk->request.compare.source);
	if (walk->request.compare.destination >= 0)
		close(walk->request.compare.destination);
	pthread_mutex_destroy(&walk->lock);
	pthread_cond_destroy(&walk->changed);
	free(walk->found);
	free(walk);
	errno = error;
}
