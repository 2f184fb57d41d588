/* See reply.h. */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

void reply_result(long long id)
{
	json_begin("result");
	json_number("id", id);
	json_send();
}

void reply_error(long long id, int error, const char *format, ...)
{
	/* Long paths are cut: an answer stays small whatever the request was. */
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	json_begin("error");
	json_number("id", id);
	json_text("errno", strerrorname_np(error) ? strerrorname_np(error) : "EUNKNOWN");
	json_text("message", message);
	json_send();
}
