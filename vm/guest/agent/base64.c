/* See base64.h. */
#include "base64.h"

#include <stdint.h>
#include <string.h>

static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const unsigned char *bytes, size_t len, char quad[4])
{
	uint32_t group = (uint32_t)bytes[0] << 16;

	if (len > 1)
		group |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		group |= bytes[2];
	quad[0] = DIGITS[group >> 18];
	quad[1] = DIGITS[group >> 12 & 63];
	quad[2] = len > 1 ? DIGITS[group >> 6 & 63] : '=';
	quad[3] = len > 2 ? DIGITS[group & 63] : '=';
}

bool base64_decode(char *text, size_t *len)
{
	size_t encoded = *len, at = 0;

	if (encoded % 4 != 0)
		return false;
	for (size_t i = 0; i < encoded; i += 4) {
		uint32_t group = 0;
		int digits = 0;

		for (int j = 0; j < 4; j++) {
			char c = text[i + (size_t)j];
			const char *digit = c ? strchr(DIGITS, c) : NULL;

			if (digit && digits == j)
				digits++;
			else if (c != '=' || i + 4 != encoded || j < 2)
				return false;
			group = group << 6 | (digit ? (uint32_t)(digit - DIGITS) : 0);
		}
		for (int j = 0; j < digits - 1; j++)
			text[at++] = (char)(group >> (16 - 8 * j));
	}
	*len = at;
	return true;
}
