/*
 * The guest's processes on behalf of the host: each leads a session of its own, with separate pipes for stdout and
 * stderr, and stdin from a pipe or from /dev/null.
 */
#ifndef DIRSYNC_PROCESS_H
#define DIRSYNC_PROCESS_H

#include <poll.h>
#include <stddef.h>

#define MAX_PROCESSES 128
/* stdin, stdout, stderr of each. */
#define MAX_PROCESS_POLLS (3 * MAX_PROCESSES)

/* The requests; the message is the one that json_parse read last. */
void process_spawn(long long id);
void process_stdin(long long id);
void process_signal(long long id);
void process_resize(long long id);

/* Takes note of children that ended. */
void process_reap(void);

/* Fills `polls` with the pipes to wait for; those with output are left out while the line is busy. */
size_t process_polls(struct pollfd *polls);

/* Moves what can be moved, and reports processes whose output is all sent. */
void process_pump(void);

/* How many have not been reported as ended. */
int process_count(void);

/* SIGKILL to every process group. */
void process_kill_all(void);

#endif
