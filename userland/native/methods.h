/* The tables of functions that each file adds to the addon; module.c exports them all. */
#ifndef DIRSYNC_METHODS_H
#define DIRSYNC_METHODS_H

#include "args.h"

extern const struct method open_methods[];
extern const struct method stat_methods[];
extern const struct method compare_methods[];
extern const struct method probe_methods[];
extern const struct method inotify_methods[];
extern const struct method watch_methods[];
extern const struct method at_methods[];
extern const struct method xattr_methods[];
extern const struct method copy_methods[];
extern const struct method copy_many_methods[];
extern const struct method copy_group_methods[];
extern const struct method walk_methods[];
extern const struct method content_methods[];

#endif
