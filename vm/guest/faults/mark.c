/*
 * faults mark DEVICE TEXT: puts TEXT into the record of the disk DEVICE, at this point of it.
 *
 * A mark is a write to the disk's last 4 KiB, past the page cache, which the record shows among all others: what it announces
 * was done when it was written, and so before everything that is recorded after it. The file system must leave that block
 * alone; an ext4 that does not is refused. The format is read again in vm/faults/marks.ts.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 4096
#define SECTOR 512
#define MAGIC "dirsync-mark\n"

/* Where an ext4 superblock keeps what, from the beginning of the disk. */
#define EXT4_BLOCKS 1028
#define EXT4_BLOCK_SIZE 1048
#define EXT4_MAGIC 1080

static uint32_t field(const unsigned char *sector, size_t at)
{
	uint32_t value;

	memcpy(&value, sector + at, sizeof(value));
	return value;
}

int mark(char **args)
{
	static unsigned char buffer[BLOCK] __attribute__((aligned(BLOCK)));
	int fd = open(args[0], O_RDWR | O_DIRECT | O_CLOEXEC);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < 0 || pread(fd, buffer, BLOCK, 0) != BLOCK)
		die("open %s", args[0]);
	if ((field(buffer, EXT4_MAGIC) & 0xffff) == 0xef53 &&
	    (off_t)field(buffer, EXT4_BLOCKS) * (1024 << field(buffer, EXT4_BLOCK_SIZE)) > size - BLOCK) {
		errno = EBUSY;
		die("the file system covers the last block of %s", args[0]);
	}
	memset(buffer, 0, SECTOR);
	if (snprintf((char *)buffer, SECTOR, MAGIC "%s", args[1]) >= SECTOR) {
		errno = ENAMETOOLONG;
		die("a mark holds less than a sector");
	}
	if (pwrite(fd, buffer, SECTOR, size - BLOCK) != SECTOR)
		die("write to %s", args[0]);
	return 0;
}
