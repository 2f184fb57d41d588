/* A process's stdin: one chunk at a time on its way into the pipe or terminal, answered once that has taken it all. */
#ifndef DIRSYNC_INPUT_H
#define DIRSYNC_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct input {
	/* The process's name, for messages. */
	long long process;
	/* -1 when closed or never open. */
	int fd;
	/* The request to answer when its chunk is written; 0: nothing is on its way. */
	long long request;
	char *bytes;
	size_t len, at;
	bool then_close;
	/* Its end of input is a character that is typed. */
	bool terminal;
};

/* Takes a copy of `bytes` on its way, and answers the request `id`: now if it cannot, else when it is written. */
void input_write(struct input *input, long long id, const char *bytes, size_t len, bool then_close);

/* Writes what the pipe takes. */
void input_pump(struct input *input);

/* The process has ended: an unfinished chunk is answered with EPIPE. */
void input_close(struct input *input);

#endif
