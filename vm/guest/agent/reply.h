/* The answers that every kind of request shares. */
#ifndef DIRSYNC_REPLY_H
#define DIRSYNC_REPLY_H

/* The request `id` was carried out. */
void reply_result(long long id);

/* The request `id` (0: unknown) failed with the errno `error` while doing what the rest says, as in printf. */
__attribute__((format(printf, 3, 4))) void reply_error(long long id, int error, const char *format, ...);

#endif
