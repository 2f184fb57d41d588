/* SPDX-License-Identifier: MIT */
/* The content of a regular file: its bytes, and how much of it is data and no hole. */
#ifndef ORACLE_CONTENT_H
#define ORACLE_CONTENT_H

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "report.h"

/* FNV-1a over a file's bytes: a test needs no cryptography, and holes read as zeroes. */
static uint64_t digest(int dirfd, const char *name, int *error)
{
	static unsigned char buffer[1 << 16];
	uint64_t hash = 0xcbf29ce484222325ULL;
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = 0;

	*error = fd < 0 ? errno : 0;
	while (fd >= 0 && (got = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < got; i++)
			hash = (hash ^ buffer[i]) * 0x100000001b3ULL;
	if (got < 0)
		*error = errno;
	if (fd >= 0)
		close(fd);
	return hash;
}

/* Bytes outside holes, as SEEK_DATA tells: unlike st_blocks, it does not count what is only allocated. -1: cannot tell. */
static long long data_bytes(int dirfd, const char *name, off_t size)
{
	int fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	long long total = 0;
	off_t at = 0;

	if (fd < 0)
		return -1;
	while (at < size) {
		off_t data = lseek(fd, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);

		/* ENXIO: a hole up to the end. */
		if (hole < 0)
			break;
		total += hole - data;
		at = hole;
	}
	close(fd);
	return total;
}

#endif
