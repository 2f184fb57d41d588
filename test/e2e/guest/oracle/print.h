/* SPDX-License-Identifier: MIT */
/* A tree as lines: the same lines mean the same tree. */
#ifndef ORACLE_PRINT_H
#define ORACLE_PRINT_H

#include "content.h"
#include "names.h"

static void print_tree(int dir, const char *path)
{
	struct dirent **names;
	int count = scandirat(dir, ".", &names, not_dots, by_bytes);

	if (count < 0)
		die("read", path);
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		char *below = join(path, name);
		char target[4096] = "";
		struct stat s;
		int error;

		if (fstatat(dir, name, &s, AT_SYMLINK_NOFOLLOW))
			die("stat", below);
		print_escaped(stdout, below);
		printf(" %s mode=%04o owner=%u:%u mtime=%lld.%09ld", type_name(s.st_mode), s.st_mode & 07777, s.st_uid,
		       s.st_gid, (long long)s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
		if (S_ISREG(s.st_mode))
			printf(" size=%lld digest=%016llx", (long long)s.st_size,
			       (unsigned long long)digest(dir, name, &error));
		if (S_ISLNK(s.st_mode)) {
			target_of(dir, name, target);
			printf(" target=");
			print_escaped(stdout, target);
		}
		putchar('\n');
		if (S_ISDIR(s.st_mode)) {
			int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (fd < 0)
				die("open", below);
			print_tree(fd, below);
			close(fd);
		}
		free(below);
		free(names[i]);
	}
	free(names);
}

#endif
