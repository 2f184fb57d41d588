/* The writer of json.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "json.h"
#include "line.h"

static char out[FRAME_MAX_PAYLOAD + 1];
static size_t out_len;

static void put(const char *bytes, size_t len)
{
	if (len > FRAME_MAX_PAYLOAD - out_len)
		abort(); /* Every text is cut to length before: this is a bug of the agent. */
	memcpy(out + out_len, bytes, len);
	out_len += len;
}

static void put_key(const char *key)
{
	if (out_len > 1)
		put(",", 1);
	put("\"", 1);
	put(key, strlen(key));
	put("\":", 2);
}

void json_begin(const char *type)
{
	out_len = 0;
	put("{", 1);
	json_text("type", type);
}

void json_number(const char *key, long long value)
{
	char digits[24];

	put_key(key);
	put(digits, (size_t)snprintf(digits, sizeof(digits), "%lld", value));
}

void json_text(const char *key, const char *text)
{
	char escape[8];

	put_key(key);
	put("\"", 1);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		/* The tilde starts frames, so that it must not occur inside one. */
		if (*c < ' ' || *c >= 0x7e || *c == '"' || *c == '\\')
			put(escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", *c));
		else
			put((const char *)c, 1);
	}
	put("\"", 1);
}

void json_data(const char *key, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;

	put_key(key);
	put("\"", 1);
	for (size_t i = 0; i < len; i += 3) {
		char quad[4];

		base64_encode(from + i, len - i, quad);
		put(quad, sizeof(quad));
	}
	put("\"", 1);
}

void json_send(void)
{
	put("}", 1);
	line_send(out, out_len);
}
