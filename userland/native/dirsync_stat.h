/*
 * The system call that the patched kernel adds; its number and struct come from the patch itself
 * (generate-abi.ts).
 */
#ifndef DIRSYNC_STAT_CALL_H
#define DIRSYNC_STAT_CALL_H

#include <stdbool.h>

#include "dirsync_abi.h"

/* Whether a self-check of this process has succeeded: nobody may call without. */
bool dirsync_stat_usable(void);

/* 0 and `info` filled, or -1 with errno. Follows symlinks. */
int dirsync_stat(const char *path, struct dirsync_info *info);

#endif
