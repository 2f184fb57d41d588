/* Descriptors that may be closed, which is -1. */
#ifndef DIRSYNC_FD_H
#define DIRSYNC_FD_H

#include <unistd.h>

static inline void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

#endif
