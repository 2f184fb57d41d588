/* Whether the calls of the dirsync series were seen to answer: nobody may make them without. */
#ifndef DIRSYNC_PROBE_H
#define DIRSYNC_PROBE_H

#include <stdbool.h>

bool kernel_is_usable(void);

#endif
