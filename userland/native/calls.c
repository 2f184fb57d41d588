/* System calls, counted: see calls.h. */
#include "calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dirsync_abi.h"

struct counters counters;

static void count(atomic_ullong *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

int stat_flags(int dir, const char *name, int flags, struct statx *stat)
{
	count(&counters.statx);
	/* No automount: looking at a directory must not mount something there. */
	return statx(dir, name, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, stat);
}

int stat_at(int dir, const char *name, struct statx *stat)
{
	return stat_flags(dir, name, AT_SYMLINK_NOFOLLOW, stat);
}

int stat_fd(int fd, struct statx *stat)
{
	return stat_flags(fd, "", AT_EMPTY_PATH, stat);
}

ssize_t read_entries(int dir, void *buffer, size_t size)
{
	count(&counters.getdents);
	return getdents64(dir, buffer, size);
}

/*
 * From Linux 6.5 on, 451 is cachestat(fd, range, cstat, flags): with cstat 0 and all bits set in
 * flags that is refused before anything is written.
 */
int dirsync_stat(const char *path, struct dirsync_info *info)
{
	count(&counters.dirsync_stat);
	return (int)syscall(__NR_dirsync_stat, path, info, 0L, ~0UL, 0L, 0L);
}

long dirsync_list(int dir, const struct dirsync_list_args *args, unsigned int flags)
{
	count(&counters.dirsync_list);
	return syscall(__NR_dirsync_list, dir, args, args != NULL ? sizeof(*args) : 0, flags, 0L,
		       0L);
}

long dirsync_diff(int source, int destination, const struct dirsync_diff_args *args)
{
	count(&counters.dirsync_diff);
	return syscall(__NR_dirsync_diff, source, destination, args, sizeof(*args), 0L, 0L);
}
