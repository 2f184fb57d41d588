/* SPDX-License-Identifier: MIT */
/* The comparison of two trees, both read to their last byte. */
#ifndef ORACLE_COMPARE_H
#define ORACLE_COMPARE_H

#include <sys/sysmacros.h>

#include "content.h"
#include "links.h"
#include "names.h"
#include "xattrs.h"

/* A comparison under way. */
struct comparison {
	struct scope scope;
	struct report *report;
	struct links links;
};

static void compare_dirs(int a, int b, const char *path, struct comparison *with);

static void compare_attributes(const struct stat *x, const struct stat *y, const char *path, struct report *report)
{
	if (!S_ISLNK(x->st_mode) && x->st_mode != y->st_mode)
		differ(report, path, "mode %04o against %04o", x->st_mode & 07777, y->st_mode & 07777);
	if (x->st_uid != y->st_uid || x->st_gid != y->st_gid)
		differ(report, path, "owner %u:%u against %u:%u", x->st_uid, x->st_gid, y->st_uid, y->st_gid);
	if (x->st_mtim.tv_sec != y->st_mtim.tv_sec || x->st_mtim.tv_nsec != y->st_mtim.tv_nsec)
		differ(report, path, "mtime %lld.%09ld against %lld.%09ld", (long long)x->st_mtim.tv_sec,
		       x->st_mtim.tv_nsec, (long long)y->st_mtim.tv_sec, y->st_mtim.tv_nsec);
}

static void compare_files(int a, int b, const char *name, const char *path, const struct stat *x,
			  const struct stat *y, struct comparison *with)
{
	int e, f;

	if (x->st_size != y->st_size) {
		differ(with->report, path, "size %lld against %lld", (long long)x->st_size, (long long)y->st_size);
		return;
	}
	if (digest(a, name, &e) != digest(b, name, &f) || e || f)
		differ(with->report, path, "content");
	if (with->scope.holes) {
		long long first = data_bytes(a, name, x->st_size), second = data_bytes(b, name, y->st_size);

		/* Blocks of zeroes and such as are only allocated may become holes, or zeroes; holes stay holes. */
		if (second > first && second > x->st_blocks * 512)
			differ(with->report, path, "%lld bytes of data, and no hole, against %lld", first, second);
	}
}

static void compare_subdirectories(int a, int b, const char *name, const char *path, struct comparison *with)
{
	int c = openat(a, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int d = openat(b, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (c >= 0 && d >= 0)
		compare_dirs(c, d, path, with);
	else
		differ(with->report, path, "cannot be opened: %s", strerror(errno));
	if (c >= 0)
		close(c);
	if (d >= 0)
		close(d);
}

static void compare_entry(int a, int b, const char *name, const char *path, struct comparison *with)
{
	struct report *report = with->report;
	struct stat x, y;

	if (fstatat(a, name, &x, AT_SYMLINK_NOFOLLOW)) {
		differ(report, path, "vanished from the first tree");
		return;
	}
	if (fstatat(b, name, &y, AT_SYMLINK_NOFOLLOW)) {
		differ(report, path, "only in the first tree (%s)", type_name(x.st_mode));
		return;
	}
	if ((x.st_mode & S_IFMT) != (y.st_mode & S_IFMT)) {
		differ(report, path, "%s against %s", type_name(x.st_mode), type_name(y.st_mode));
		return;
	}
	if (S_ISDIR(x.st_mode))
		compare_subdirectories(a, b, name, path, with);
	else if (with->scope.links)
		note_link(&with->links, path, &x, &y);
	if (S_ISLNK(x.st_mode)) {
		char s[4096], t[4096];

		target_of(a, name, s);
		target_of(b, name, t);
		if (strcmp(s, t))
			differ(report, path, "target %s against %s", s, t);
	}
	compare_attributes(&x, &y, path, report);
	if ((S_ISCHR(x.st_mode) || S_ISBLK(x.st_mode)) && x.st_rdev != y.st_rdev)
		differ(report, path, "device number");
	if (with->scope.xattrs && !same_xattrs(a, b, name))
		differ(report, path, "extended attributes");
	if (S_ISREG(x.st_mode))
		compare_files(a, b, name, path, &x, &y, with);
}

/* Reports what stands in b and not in a; what stands in both was compared from a's side. */
static void report_extras(int a, struct dirent **names, int count, const char *path, struct report *report)
{
	struct stat x;

	for (int i = 0; i < count; i++) {
		char *below = join(path, names[i]->d_name);

		if (fstatat(a, names[i]->d_name, &x, AT_SYMLINK_NOFOLLOW))
			differ(report, below, "only in the second tree");
		free(below);
		free(names[i]);
	}
	free(names);
}

static void compare_dirs(int a, int b, const char *path, struct comparison *with)
{
	struct dirent **names;
	int count = scandirat(a, ".", &names, not_dots, by_bytes);

	if (count < 0) {
		differ(with->report, path, "cannot be read: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		char *below = join(path, names[i]->d_name);

		compare_entry(a, b, names[i]->d_name, below, with);
		free(below);
		free(names[i]);
	}
	free(names);
	count = scandirat(b, ".", &names, not_dots, by_bytes);
	if (count < 0)
		differ(with->report, path, "cannot be read in the second tree: %s", strerror(errno));
	else
		report_extras(a, names, count, path, with->report);
}

/* Compares the trees below two open directories, and the two themselves if `scope` says so. */
static void compare_trees(int a, int b, struct scope scope, struct report *report)
{
	struct comparison with = { .scope = scope, .report = report };
	struct stat x, y;

	compare_dirs(a, b, "", &with);
	if (scope.roots && fstat(a, &x) == 0 && fstat(b, &y) == 0) {
		compare_attributes(&x, &y, ".", report);
		if (scope.xattrs && !same_xattrs(a, b, "."))
			differ(report, ".", "extended attributes");
	}
	compare_links(&with.links, report);
}

#endif
