/* Base64 (RFC 4648, with padding): how bytes that are no text stand in a message. */
#ifndef DIRSYNC_BASE64_H
#define DIRSYNC_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Encodes the first three bytes of `bytes`, or all when there are fewer. `len` is at least 1. */
void base64_encode(const unsigned char *bytes, size_t len, char quad[4]);

/* Decodes in place and sets `len` to the number of bytes; false when the text is no base64. */
bool base64_decode(char *text, size_t *len);

#endif
