/* SPDX-License-Identifier: MIT */
/* A number that another one replaces whenever anything in a tree is touched, even if it looks the same afterwards. */
#ifndef ORACLE_STAMP_H
#define ORACLE_STAMP_H

#include <fcntl.h>
#include <stdint.h>

#include "names.h"

static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * 0x100000001b3ULL ^ hash >> 29;
}

/* Names, inode numbers and change times, which no program can set back. */
static uint64_t stamp(int dir, uint64_t hash)
{
	struct dirent **names;
	int count = scandirat(dir, ".", &names, not_dots, by_bytes);

	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		struct stat s;

		for (const char *c = name; *c; c++)
			hash = mix(hash, (unsigned char)*c);
		if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW) == 0) {
			hash = mix(mix(mix(hash, s.st_ino), s.st_ctim.tv_sec), s.st_ctim.tv_nsec);
			if (S_ISDIR(s.st_mode)) {
				int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

				hash = fd < 0 ? hash : stamp(fd, hash);
				if (fd >= 0)
					close(fd);
			}
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	return hash;
}

#endif
