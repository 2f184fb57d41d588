/* See line.h. */
#include "line.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* "~ssssssss llll " + payload + " cccccccc\n" */
#define HEADER_SIZE 15
#define TRAILER_SIZE 10
#define FRAME_MAX (HEADER_SIZE + FRAME_MAX_PAYLOAD + TRAILER_SIZE)

/* A power of two, so that offsets can grow for ever and be masked. */
#define RING_SIZE ((size_t)1 << 20)
/* Half of the ring may be sent again, so that the other half always has room for new answers. */
#define RING_HISTORY (RING_SIZE / 2)
#define INDEX_SIZE 8192u

static struct {
	int fd;
	/* What kind of device it is: a serial line, or a character device that is none, a virtio port. */
	bool is_terminal, is_port;
	uint32_t next_seq;
	/* Offsets count all bytes ever queued and written; `ring[offset % RING_SIZE]` is the byte. */
	uint64_t queued, written;
	char ring[RING_SIZE];
	/* Where the last frames begin: `starts[seq % INDEX_SIZE]`. */
	uint64_t starts[INDEX_SIZE];
} out;

static struct {
	uint32_t due_seq;
	bool in_frame;
	size_t len, noise;
	/* +1: the reader ends a payload with NUL. */
	char frame[FRAME_MAX + 1];
} in;

/* CRC-32 as in zlib, gzip and Ethernet: reflected polynomial 0xEDB88320, initial value and final xor ~0. */
static uint32_t crc32(const char *bytes, size_t len)
{
	static uint32_t table[256];
	uint32_t crc = ~0u;

	if (table[1] == 0) {
		for (uint32_t i = 0; i < 256; i++) {
			table[i] = i;
			for (int bit = 0; bit < 8; bit++)
				table[i] = (table[i] >> 1) ^ (table[i] & 1 ? 0xedb88320u : 0);
		}
	}
	for (size_t i = 0; i < len; i++)
		crc = (crc >> 8) ^ table[(crc ^ (unsigned char)bytes[i]) & 0xff];
	return ~crc;
}

int line_attach(int fd)
{
	struct termios mode;
	struct stat stat;
	int flags = fcntl(fd, F_GETFL);

	out.fd = fd;
	if (flags < 0 || fstat(fd, &stat) < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return errno;
	out.is_terminal = tcgetattr(fd, &mode) == 0;
	if (out.is_terminal) {
		cfmakeraw(&mode);
		/* No modem is at the other end: carrier and flow-control lines mean nothing. */
		mode.c_cflag |= CLOCAL | CREAD;
		mode.c_cflag &= ~(tcflag_t)CRTSCTS;
		cfsetspeed(&mode, B115200);
		if (tcsetattr(fd, TCSANOW, &mode) < 0)
			return errno;
	} else {
		out.is_port = S_ISCHR(stat.st_mode);
	}
	return 0;
}

size_t line_piece(void)
{
	return out.is_terminal ? 1024 : 32 * 1024;
}

static void ring_put(const char *bytes, size_t len)
{
	size_t at = out.queued & (RING_SIZE - 1);
	size_t first = len < RING_SIZE - at ? len : RING_SIZE - at;

	memcpy(out.ring + at, bytes, first);
	memcpy(out.ring, bytes + first, len - first);
	out.queued += len;
}

void line_send(const char *payload, size_t len)
{
	static char frame[FRAME_MAX + 1];
	size_t covered;

	snprintf(frame, sizeof(frame), "~%08x %04zx ", out.next_seq, len);
	memcpy(frame + HEADER_SIZE, payload, len);
	covered = HEADER_SIZE - 1 + len;
	snprintf(frame + HEADER_SIZE + len, TRAILER_SIZE + 1, " %08x\n", crc32(frame + 1, covered));
	out.starts[out.next_seq++ % INDEX_SIZE] = out.queued;
	ring_put(frame, HEADER_SIZE + len + TRAILER_SIZE);
}

size_t line_unsent(void)
{
	return out.queued - out.written;
}

bool line_accepts_requests(void)
{
	return line_unsent() < RING_HISTORY + LINE_BUSY;
}

int line_flush(void)
{
	while (out.written < out.queued) {
		size_t at = out.written & (RING_SIZE - 1);
		size_t len = line_unsent() < RING_SIZE - at ? line_unsent() : RING_SIZE - at;
		ssize_t n = write(out.fd, out.ring + at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : errno;
		out.written += (size_t)n;
	}
	return 0;
}

bool line_resend(uint32_t seq)
{
	uint64_t start = out.starts[seq % INDEX_SIZE];

	if (out.next_seq - seq - 1 >= INDEX_SIZE || out.queued - start > RING_HISTORY)
		return false;
	/* A frame that is half on its way is cut off here, and sent again in its turn. */
	if (start < out.written)
		out.written = start;
	return true;
}

void line_restart(void)
{
	out.queued = out.written = 0;
	out.next_seq = 0;
}

/* Reads `digits` lowercase hex digits; false if one is none. */
static bool hex(const char *text, int digits, uint32_t *value)
{
	*value = 0;
	for (int i = 0; i < digits; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9')
			*value = *value << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Judges what stands between a tilde and a newline, `in.frame[0..in.len)`, newline included. */
static void frame_end(const struct line_events *events)
{
	char *payload = in.frame + HEADER_SIZE;
	uint32_t seq, len, crc;
	char what[96];

	if (in.len < HEADER_SIZE + TRAILER_SIZE || !hex(in.frame + 1, 8, &seq) || in.frame[9] != ' ' ||
	    !hex(in.frame + 10, 4, &len) || in.frame[14] != ' ' || in.len != HEADER_SIZE + len + TRAILER_SIZE ||
	    payload[len] != ' ' || !hex(payload + len + 1, 8, &crc)) {
		events->on_fault("damaged frame: not ~seq len json crc");
		return;
	}
	if (crc32(in.frame + 1, HEADER_SIZE - 1 + len) != crc) {
		events->on_fault("damaged frame: wrong checksum");
		return;
	}
	/* A host that is new on this line, which a snapshot has kept, begins with 0. */
	if (seq != in.due_seq && seq != 0) {
		snprintf(what, sizeof(what), "lost frames: %08x was due, %08x came", in.due_seq, seq);
		events->on_fault(what);
	}
	in.due_seq = seq + 1;
	payload[len] = '\0';
	events->on_frame(payload, len);
}

static void noise_end(const struct line_events *events)
{
	char what[64];

	if (in.noise > 0) {
		snprintf(what, sizeof(what), "%zu bytes that are no frame", in.noise);
		events->on_fault(what);
	}
	in.noise = 0;
}

static void receive_byte(char c, const struct line_events *events)
{
	if (c == '~') {
		/* A tilde occurs nowhere but at the start of a frame. */
		if (in.in_frame)
			events->on_fault("damaged frame: cut off by the next one");
		noise_end(events);
		in.in_frame = true;
		in.len = 0;
	} else if (!in.in_frame) {
		if (c == '\n')
			noise_end(events);
		else
			in.noise++;
		return;
	}
	in.frame[in.len++] = c;
	if (c == '\n') {
		in.in_frame = false;
		frame_end(events);
	} else if (in.len == FRAME_MAX) {
		in.in_frame = false;
		events->on_fault("damaged frame: too long");
	}
}

int line_receive(const struct line_events *events)
{
	static char bytes[16 * 1024];

	/* One piece at a time: what a frame causes to be queued must be seen before the next is read. */
	ssize_t n = read(out.fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : errno;
	if (n == 0)
		return out.is_port ? LINE_ABSENT : LINE_GONE;
	for (ssize_t i = 0; i < n; i++)
		receive_byte(bytes[i], events);
	return 0;
}

void line_drain(void)
{
	tcdrain(out.fd);
}

int line_fd(void)
{
	return out.fd;
}
