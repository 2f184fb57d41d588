/* The reader of json.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "json.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare"
#include <jsmn.h>
#pragma GCC diagnostic pop

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
	return json_get_bytes(key, bytes, len) && base64_decode(*bytes, len);
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
