/*
 * JSON as the protocol uses it: a writer of one flat object, and a reader on top of jsmn. Strings stand for bytes:
 * each code point from U+0000 to U+00FF is one byte.
 */
#ifndef DIRSYNC_JSON_H
#define DIRSYNC_JSON_H

#include <stdbool.h>
#include <stddef.h>

/* Writing: begin, any number of fields, send. There is one buffer, for there is one thread. */

/* What fits into one frame as base64 beside the other fields. */
#define JSON_MAX_DATA (32 * 1024)

void json_begin(const char *type);
void json_number(const char *key, long long value);
void json_text(const char *key, const char *text);
/* Base64, RFC 4648, with padding. `len` is at most JSON_MAX_DATA. */
void json_data(const char *key, const void *bytes, size_t len);
/* Closes the object and queues it as a frame. */
void json_send(void);

/* Reading. Every function changes the text in place, and gives pointers into it. */

/* Parses one object. Returns NULL, or what is wrong with it. */
const char *json_parse(char *text, size_t len);

bool json_has(const char *key);
/* False when the key is absent or no integer. */
bool json_get_number(const char *key, long long *value);
/* False when absent, no string, or not made of bytes. The result is NUL-terminated, and may hold NULs, too. */
bool json_get_bytes(const char *key, char **bytes, size_t *len);
/* As json_get_bytes, but without NULs inside. */
bool json_get_string(const char *key, char **string);
/* Decodes base64 in place. */
bool json_get_data(const char *key, char **bytes, size_t *len);
bool json_get_true(const char *key);
/* Fills `strings` with at most `max` entries and a NULL after; gives their number, or -1 as json_get_string. */
int json_get_strings(const char *key, char **strings, int max);

#endif
