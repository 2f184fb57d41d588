// SPDX-License-Identifier: MIT
/*
 * The system calls that are compared, without a C library between: what is measured is the kernel and the loop around it.
 *
 * Numbers and structs of our own calls come from headers that are generated from the patch series.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/dirsync.h>
#include <linux/stat.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "dirsync_abi.h"

/* What stat(2) and newfstatat(2) fill; 144 bytes, as the kernel has it on x86-64. */
struct kernel_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, blksize, blocks;
	uint64_t atime, atime_nsec, mtime, mtime_nsec, ctime, ctime_nsec;
	int64_t unused[3];
};
_Static_assert(sizeof(struct kernel_stat) == 144, "the kernel writes so many bytes");

struct dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* Six registers at most are read; unused ones are left as they are, which costs nothing. Returns -errno. */
static inline long call6(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long call5(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long call4(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long call3(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

static inline long read_names(int dir, void *buffer, unsigned long size)
{
	return call3(SYS_getdents64, dir, (long)buffer, (long)size);
}

static inline long stat_at(int dir, const char *name, struct kernel_stat *into)
{
	return call4(SYS_newfstatat, dir, (long)name, (long)into, AT_SYMLINK_NOFOLLOW);
}

/* Asks for no more than a comparison needs, and of a remote file system for no more than it knows. */
#define NEEDED (STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_MTIME | STATX_SIZE)

static inline long statx_at(int dir, const char *name, struct statx *into)
{
	return call5(SYS_statx, dir, (long)name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, NEEDED,
		     (long)into);
}

/* All six arguments are given, as docs of the call ask: on kernels without the series 451 may be another call. */
static inline long dirsync_stat(const char *path, struct dirsync_info *info)
{
	return call6(__NR_dirsync_stat, (long)path, (long)info, 0, -1, 0, 0);
}

static inline long dirsync_list(int dir, struct dirsync_list_args *args)
{
	return call4(__NR_dirsync_list, dir, (long)args, sizeof(*args), 0);
}

static inline long dirsync_diff(int src, int dst, struct dirsync_diff_args *args)
{
	return call5(__NR_dirsync_diff, src, dst, (long)args, sizeof(*args), 0);
}
