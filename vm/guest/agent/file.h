/* Files written and read on behalf of the host. */
#ifndef DIRSYNC_FILE_H
#define DIRSYNC_FILE_H

/* The requests; the message is the one that json_parse read last. */
void file_write(long long id);
void file_read(long long id);

/* Sends a piece of each file being read, while the line is not busy. */
void file_pump(void);

#include <stdbool.h>
/* Whether file_pump has something to do as soon as the line is free. */
bool file_pending(void);

#endif
