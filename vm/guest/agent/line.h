/*
 * The line to the host: frames out through a ring that remembers what was sent, frames in through a reader that
 * finds its way again after garbage. docs/protocol.md describes the frames.
 */
#ifndef DIRSYNC_LINE_H
#define DIRSYNC_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length field has four hex digits. */
#define FRAME_MAX_PAYLOAD 65535

/* Children's output and file data wait while more than this is unsent: it bounds how late a heartbeat can be. */
#define LINE_BUSY (64 * 1024)

/*
 * How much data to put into one frame. A serial line is slow and may be shared with the kernel's console: there a
 * short frame is less likely to be torn by a message, and costs less to send again.
 */
size_t line_piece(void);

struct line_events {
	/* A whole frame with the sequence number that was due. `payload` is NUL-terminated and may be changed. */
	void (*on_frame)(char *payload, size_t len);
	/* Something was no frame, was damaged, or is missing; `what` says which. */
	void (*on_fault)(const char *what);
};

/* Takes over `fd`: makes it non-blocking and, if it is a terminal, raw. Returns 0 or an errno. */
int line_attach(int fd);

/* Queues `payload` as the next frame. */
void line_send(const char *payload, size_t len);

/* Bytes queued but not yet written. */
size_t line_unsent(void);

/* Whether requests may be read: each may cause an answer, and answers need room. */
bool line_accepts_requests(void);

/* Writes as much as the device takes. Returns 0 or an errno. */
int line_flush(void);

/* Goes back to the frame `seq` and sends from there again. False when that is no longer remembered. */
bool line_resend(uint32_t seq);

/* Forgets what was queued and counts frames from 0 again, for a host that has heard nothing of this line yet. */
void line_restart(void);

/* What line_receive returns when the host is not there. */
#define LINE_GONE (-1)
#define LINE_ABSENT (-2)

/*
 * Reads what is there and hands out the frames. Returns 0, an errno, LINE_GONE at the end of the line, or LINE_ABSENT
 * when nobody is at the other end of a virtio port, where somebody may come (again).
 */
int line_receive(const struct line_events *events);

/* Waits until the device has really sent what was written. */
void line_drain(void);

int line_fd(void);

#endif
