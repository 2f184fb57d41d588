/* A watch on a directory that is held open. */
#ifndef DIRSYNC_INOTIFY_H
#define DIRSYNC_INOTIFY_H

#include <stdint.h>

/* The watch descriptor, or -1 with errno. */
int watch_open_directory(int inotify, int dir, uint32_t mask);

#endif
