/* SPDX-License-Identifier: MIT */
/*
 * One operation: a line of JSON, a flat object of strings and whole numbers, such as
 *
 *     {"op":"rename","path":"source/a","to":"source/b"}
 *
 * Names are bytes: \u00XX in a string is the byte XX. test/churn/operations.ts writes these lines, and says what each means.
 */
#ifndef CHURN_OPERATION_H
#define CHURN_OPERATION_H

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct operation {
	const char *op, *path, *to, *name, *value;
	long long at, size, fill, mode, uid, gid, sec, nsec, us, by;
};

struct field {
	const char *key;
	size_t offset;
	int is_string;
};

#define STRING_FIELD(name) { #name, offsetof(struct operation, name), 1 }
#define NUMBER_FIELD(name) { #name, offsetof(struct operation, name), 0 }

static const struct field FIELDS[] = {
	STRING_FIELD(op),   STRING_FIELD(path), STRING_FIELD(to),  STRING_FIELD(name), STRING_FIELD(value),
	NUMBER_FIELD(at),   NUMBER_FIELD(size), NUMBER_FIELD(fill), NUMBER_FIELD(mode), NUMBER_FIELD(uid),
	NUMBER_FIELD(gid),  NUMBER_FIELD(sec),  NUMBER_FIELD(nsec), NUMBER_FIELD(us),   NUMBER_FIELD(by),
};

#define FIELD_COUNT (sizeof(FIELDS) / sizeof(FIELDS[0]))

static char *skip_space(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Unescapes a string in place, where it can only shrink; returns what stands behind it, or NULL. */
static char *parse_string(char *text, const char **value)
{
	static const char ESCAPES[] = "\"\\/bfnrt", MEANT[] = "\"\\/\b\f\n\r\t";
	char *out = text + 1;

	if (*text++ != '"')
		return NULL;
	*value = out;
	while (*text && *text != '"') {
		unsigned int byte;
		const char *known;

		if (*text != '\\') {
			*out++ = *text++;
			continue;
		}
		text++;
		if (*text == 'u') {
			/* No name holds a NUL, and none more than a byte a character. */
			if (sscanf(text + 1, "%4x", &byte) != 1 || byte == 0 || byte > 0xff)
				return NULL;
			*out++ = (char)byte;
			text += 5;
			continue;
		}
		known = *text ? strchr(ESCAPES, *text) : NULL;
		if (!known)
			return NULL;
		*out++ = MEANT[known - ESCAPES];
		text++;
	}
	if (*text != '"')
		return NULL;
	*out = '\0';
	return text + 1;
}

static const struct field *find_field(const char *key)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!strcmp(FIELDS[i].key, key))
			return &FIELDS[i];
	return NULL;
}

static char *parse_value(char *text, const struct field *field, struct operation *operation)
{
	char *place = (char *)operation + field->offset;
	char *end;
	long long number;

	if (field->is_string)
		return parse_string(text, (const char **)place);
	number = strtoll(text, &end, 10);
	memcpy(place, &number, sizeof(number));
	return end == text ? NULL : end;
}

/* Reads a line, which is changed and has to live as long as the operation. Returns 0, or -1 when it is none. */
static int parse_operation(char *line, struct operation *operation)
{
	char *text = skip_space(line);

	memset(operation, 0, sizeof(*operation));
	if (*text++ != '{')
		return -1;
	for (;;) {
		const struct field *field;
		const char *key;

		text = parse_string(skip_space(text), &key);
		if (!text || *(text = skip_space(text)) != ':')
			return -1;
		field = find_field(key);
		if (!field)
			return -1;
		text = parse_value(skip_space(text + 1), field, operation);
		if (!text)
			return -1;
		text = skip_space(text);
		if (*text == '}')
			return operation->op ? 0 : -1;
		if (*text++ != ',')
			return -1;
	}
}

#endif
