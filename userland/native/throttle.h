/* The limit of --bwlimit: one bucket of bytes for all copies of the process, whatever their threads. */
#ifndef DIRSYNC_THROTTLE_H
#define DIRSYNC_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes a second; 0: no limit. Not to be changed while copies run. */
void throttle_set_rate(uint64_t bytes_per_second);

/* At most `size`, and no more than about a tenth of a second's worth. */
size_t throttle_step(size_t size);

/*
 * Waits until `bytes` more may be moved, and counts them. False when `stop` said that it is of no
 * use any more.
 */
bool throttle_wait(size_t bytes, bool (*stop)(const void *context), const void *context);

#endif
