/* Attributes of one file, by statx(2), and their form in JavaScript. */
#ifndef DIRSYNC_STAT_H
#define DIRSYNC_STAT_H

#include <stdatomic.h>
#include <sys/stat.h>
#include <node_api.h>

/* Calls made since the process started; copies run on other threads, hence atomic. */
struct counters {
	atomic_ullong statx;
	atomic_ullong dirsync_stat;
	atomic_ullong getdents;
};
extern struct counters counters;

/* Does not follow a symlink. 0, or -1 with errno. */
int stat_at(int dir, const char *name, struct statx *stat);
int stat_fd(int fd, struct statx *stat);

/* The number that getdents64 gives the file's type. */
static inline unsigned char stat_type(const struct statx *stat)
{
	return (stat->stx_mode & S_IFMT) >> 12;
}

napi_value stat_make(napi_env env, const struct statx *stat);

#endif
