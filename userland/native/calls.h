/*
 * The system calls that tell what files are like, each counted: statx(2) and getdents64(2), which
 * every Linux has, and those of the dirsync series. Nothing here knows of JavaScript.
 */
#ifndef DIRSYNC_CALLS_H
#define DIRSYNC_CALLS_H

#include <linux/dirsync.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Calls made since the process started; copies run on other threads, hence atomic. */
struct counters {
	atomic_ullong statx;
	atomic_ullong getdents;
	atomic_ullong dirsync_stat;
	atomic_ullong dirsync_list;
	atomic_ullong dirsync_diff;
};
extern struct counters counters;

/* All of them: 0 or a length, or -1 with errno. */

/* Does not follow a symlink. */
int stat_at(int dir, const char *name, struct statx *stat);
/* Follows it when `flags` says so: those of statx(2). */
int stat_flags(int dir, const char *name, int flags, struct statx *stat);
int stat_fd(int fd, struct statx *stat);
/* getdents64(2); 0 at the end of the directory. */
ssize_t read_entries(int dir, void *buffer, size_t size);

/*
 * To be called only where the kernel has announced them (metadata/probe.ts): a number may mean
 * something else elsewhere.
 */
int dirsync_stat(const char *path, struct dirsync_info *info);
/* `args` may be NULL, with DIRSYNC_QUERY. */
long dirsync_list(int dir, const struct dirsync_list_args *args, unsigned int flags);
long dirsync_diff(int source, int destination, const struct dirsync_diff_args *args);

/* The number that getdents64 gives the file's type. */
static inline unsigned char stat_type(const struct statx *stat)
{
	return (stat->stx_mode & S_IFMT) >> 12;
}

#endif
