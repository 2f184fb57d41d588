/* See json.h. */
#include "json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <jsmn.h>
#pragma GCC diagnostic pop

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The writer. */

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
		size_t left = len - i;
		uint32_t group = (uint32_t)from[i] << 16;
		char quad[4];

		if (left > 1)
			group |= (uint32_t)from[i + 1] << 8;
		if (left > 2)
			group |= from[i + 2];
		quad[0] = BASE64[group >> 18];
		quad[1] = BASE64[group >> 12 & 63];
		quad[2] = left > 1 ? BASE64[group >> 6 & 63] : '=';
		quad[3] = left > 2 ? BASE64[group & 63] : '=';
		put(quad, 4);
	}
	put("\"", 1);
}

void json_send(void)
{
	put("}", 1);
	line_send(out, out_len);
}

/* The reader. */

#define MAX_TOKENS 8192

static char *text;
static jsmntok_t tokens[MAX_TOKENS];
static int token_count;

const char *json_parse(char *json, size_t len)
{
	jsmn_parser parser;

	text = json;
	token_count = 0;
	jsmn_init(&parser);
	int n = jsmn_parse(&parser, json, len, tokens, MAX_TOKENS);

	if (n == JSMN_ERROR_NOMEM)
		return "JSON with too many values";
	if (n < 1)
		return "not JSON";
	if (tokens[0].type != JSMN_OBJECT)
		return "JSON, but no object";
	token_count = n;
	return NULL;
}

/* The value of `key` in the outermost object. */
static jsmntok_t *find(const char *key)
{
	for (int i = 1; i + 1 < token_count; i++) {
		const jsmntok_t *token = &tokens[i];
		size_t len = (size_t)(token->end - token->start);

		if (token->parent == 0 && token->type == JSMN_STRING && len == strlen(key) &&
		    memcmp(text + token->start, key, len) == 0 && tokens[i + 1].parent == i)
			return &tokens[i + 1];
	}
	return NULL;
}

bool json_has(const char *key)
{
	return find(key) != NULL;
}

bool json_get_number(const char *key, long long *value)
{
	const jsmntok_t *token = find(key);
	char *end;

	if (!token || token->type != JSMN_PRIMITIVE)
		return false;
	*value = strtoll(text + token->start, &end, 10);
	return end == text + token->end;
}

bool json_get_true(const char *key)
{
	const jsmntok_t *token = find(key);

	return token && token->type == JSMN_PRIMITIVE && text[token->start] == 't';
}

/* One escape sequence at `*from`, after the backslash; jsmn has checked its form. */
static bool unescape(const char **from, char *byte)
{
	static const char NAMES[] = "bfnrt\"\\/", VALUES[] = "\b\f\n\r\t\"\\/";
	char c = *(*from)++;

	if (c == 'u') {
		char digits[5] = { 0 };
		unsigned long point;

		memcpy(digits, *from, 4);
		point = strtoul(digits, NULL, 16);
		*from += 4;
		*byte = (char)point;
		return point <= 0xff;
	}
	const char *name = memchr(NAMES, c, sizeof(NAMES) - 1);

	if (!name)
		return false;
	*byte = VALUES[name - NAMES];
	return true;
}

/* Decodes the string in place. A second call on the same token would decode twice: each key is read once. */
static bool token_bytes(const jsmntok_t *token, char **bytes, size_t *len)
{
	if (!token || token->type != JSMN_STRING)
		return false;
	const char *from = text + token->start, *end = text + token->end;
	char *to = text + token->start;

	*bytes = to;
	while (from < end) {
		if (*from != '\\') {
			if ((unsigned char)*from >= 0x80)
				return false;
			*to++ = *from++;
			continue;
		}
		from++;
		if (!unescape(&from, to++))
			return false;
	}
	*len = (size_t)(to - *bytes);
	*to = '\0'; /* At most on the closing quote. */
	return true;
}

bool json_get_bytes(const char *key, char **bytes, size_t *len)
{
	return token_bytes(find(key), bytes, len);
}

static bool token_string(const jsmntok_t *token, char **string)
{
	size_t len;

	return token_bytes(token, string, &len) && strlen(*string) == len;
}

bool json_get_string(const char *key, char **string)
{
	return token_string(find(key), string);
}

bool json_get_data(const char *key, char **bytes, size_t *len)
{
	size_t encoded, at = 0;

	if (!json_get_bytes(key, bytes, &encoded) || encoded % 4 != 0)
		return false;
	for (size_t i = 0; i < encoded; i += 4) {
		uint32_t group = 0;
		int digits = 0;

		for (int j = 0; j < 4; j++) {
			char c = (*bytes)[i + (size_t)j];
			const char *digit = c ? strchr(BASE64, c) : NULL;

			if (digit && digits == j)
				digits++;
			else if (c != '=' || i + 4 != encoded || j < 2)
				return false;
			group = group << 6 | (digit ? (uint32_t)(digit - BASE64) : 0);
		}
		for (int j = 0; j < digits - 1; j++)
			(*bytes)[at++] = (char)(group >> (16 - 8 * j));
	}
	*len = at;
	return true;
}

int json_get_strings(const char *key, char **strings, int max)
{
	const jsmntok_t *array = find(key);
	int index, count = 0;

	if (!array || array->type != JSMN_ARRAY || array->size > max)
		return -1;
	index = (int)(array - tokens);
	for (int i = index + 1; i < token_count && tokens[i].start < array->end; i++) {
		if (tokens[i].parent != index || !token_string(&tokens[i], &strings[count++]))
			return -1;
	}
	strings[count] = NULL;
	return count;
}
