/*
 * A file that is being written and cannot be found under its name before it is whole.
 *
 * Where the file system has files without any name (O_TMPFILE), a name that is free gets one of those: nothing is left
 * behind whatever happens, and a directory takes one entry instead of taking two and giving one back. Else, and to
 * replace what has the name, the file has a temporary name in the same directory.
 */
#ifndef DIRSYNC_NEW_FILE_H
#define DIRSYNC_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

struct new_file {
	/* in */
	int directory;
	const char *temp_name;
	mode_t mode; /* of one without a name, which nobody else can open; less what umask(2) takes */
	/* in: wanted without a name. out: it has none. */
	bool nameless;

	/* out */
	int fd;
	const char *failed_call;
};

/* Opens it for writing; under a temporary name for nobody else to read. Returns 0, or -1 with errno. */
int new_file_open(struct new_file *file);

/*
 * Closes it and gives it its name. Returns 0, or -1 with errno, and the file is gone then: EEXIST when a nameless one
 * finds the name taken, EOPNOTSUPP when nothing that was made without a name can be given one here.
 */
int new_file_publish(struct new_file *file, const char *name);

/* Closes it and leaves it under its temporary name. Returns 0, or -1 with errno, and the file is gone then. */
int new_file_keep(struct new_file *file);

/* Closes it, and it is gone. */
void new_file_discard(struct new_file *file);

#endif
