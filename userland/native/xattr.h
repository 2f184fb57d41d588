/* Extended attributes of open files, ACLs among them. */
#ifndef DIRSYNC_XATTR_H
#define DIRSYNC_XATTR_H

/* Makes the attributes of `destination` those of `source`, extras removed. 0, or -1 with errno. */
int xattrs_copy(int source, int destination);

#endif
