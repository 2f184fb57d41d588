/* What statx(2) says of a file, in its form in JavaScript. */
#ifndef DIRSYNC_STAT_H
#define DIRSYNC_STAT_H

#include <node_api.h>

#include "calls.h"

napi_value stat_make(napi_env env, const struct statx *stat);

#endif
