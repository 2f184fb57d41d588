/* See input.h. */
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fd.h"
#include "reply.h"

/* Ctrl+D: what a terminal takes for it, unless a program has chosen another. */
#define END_OF_INPUT "\004"

static void refuse(const struct input *input, long long id, int error, const char *why)
{
	reply_error(id, error, "write to stdin of process %lld: %s", input->process, why);
}

/* Answers the chunk on its way: with a result, or an error when `error` is not 0. */
static void chunk_end(struct input *input, int error)
{
	if (error)
		refuse(input, input->request, error, strerror(error));
	else
		reply_result(input->request);
	if (error || (input->then_close && !input->terminal))
		close_fd(&input->fd);
	else if (input->then_close)
		(void)!write(input->fd, END_OF_INPUT, strlen(END_OF_INPUT));
	free(input->bytes);
	input->request = 0;
	input->bytes = NULL;
}

void input_pump(struct input *input)
{
	while (input->request) {
		size_t left = input->len - input->at;

		if (left == 0) {
			chunk_end(input, 0);
			return;
		}
		ssize_t n = write(input->fd, input->bytes + input->at, left);

		if (n >= 0)
			input->at += (size_t)n;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			chunk_end(input, errno);
	}
}

void input_write(struct input *input, long long id, const char *bytes, size_t len, bool then_close)
{
	char *copy;

	if (input->fd < 0) {
		refuse(input, id, EPIPE, strerror(EPIPE));
		return;
	}
	if (input->request) {
		refuse(input, id, EBUSY, "another write is not done yet");
		return;
	}
	copy = malloc(len ? len : 1);
	if (!copy) {
		refuse(input, id, ENOMEM, strerror(ENOMEM));
		return;
	}
	memcpy(copy, bytes, len);
	input->bytes = copy;
	input->len = len;
	input->at = 0;
	input->request = id;
	input->then_close = then_close;
	input_pump(input);
}

void input_close(struct input *input)
{
	if (input->request)
		chunk_end(input, EPIPE);
	close_fd(&input->fd);
}
