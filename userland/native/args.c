/* Arguments and errors at the border between JavaScript and C: see args.h. */
#include "args.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

bool call_open(struct call *call, napi_env env, napi_callback_info info, const char *function)
{
	size_t count = MAX_ARGS;

	call->env = env;
	call->function = function;
	/* Fills what was not given with undefined. */
	return napi_get_cb_info(env, info, &count, call->value, NULL, NULL) == napi_ok;
}

bool throw_type(struct call *call, const char *what)
{
	char message[160];

	snprintf(message, sizeof(message), "%s: %s", call->function, what);
	napi_throw_type_error(call->env, "ERR_INVALID_ARG_TYPE", message);
	return false;
}

static bool throw_argument(struct call *call, unsigned int at, const char *wanted)
{
	char what[100];

	snprintf(what, sizeof(what), "argument %u must be %s", at + 1, wanted);
	return throw_type(call, what);
}

static bool throw_property(struct call *call, const char *property, const char *wanted)
{
	char what[100];

	snprintf(what, sizeof(what), "the option %s must be %s", property, wanted);
	return throw_type(call, what);
}

static napi_valuetype type_of(napi_env env, napi_value value)
{
	napi_valuetype type = napi_undefined;

	napi_typeof(env, value, &type);
	return type;
}

/* An integer that a double holds exactly, within [low, high]. */
static bool read_integer(napi_env env, napi_value value, double low, double high, int64_t *result)
{
	double number;

	if (napi_get_value_double(env, value, &number) != napi_ok)
		return false;
	if (!(number >= low && number <= high) || number != floor(number))
		return false;
	*result = (int64_t)number;
	return true;
}

bool arg_given(struct call *call, unsigned int at)
{
	return type_of(call->env, call->value[at]) != napi_undefined;
}

bool arg_fd(struct call *call, unsigned int at, int *fd)
{
	int64_t number;

	if (!read_integer(call->env, call->value[at], AT_FDCWD, INT_MAX, &number))
		return throw_argument(call, at, "a file descriptor");
	*fd = (int)number;
	return true;
}

bool arg_u32(struct call *call, unsigned int at, uint32_t *value)
{
	int64_t number;

	if (!read_integer(call->env, call->value[at], 0, UINT32_MAX, &number))
		return throw_argument(call, at, "an integer from 0 to 4294967295");
	*value = (uint32_t)number;
	return true;
}

#define MAX_SAFE_INTEGER 9007199254740991.0

bool arg_i64(struct call *call, unsigned int at, int64_t *value)
{
	if (!read_integer(call->env, call->value[at], -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER, value))
		return throw_argument(call, at, "a safe integer");
	return true;
}

bool arg_bool(struct call *call, unsigned int at, bool absent, bool *value)
{
	*value = absent;
	if (!arg_given(call, at))
		return true;
	if (napi_get_value_bool(call->env, call->value[at], value) != napi_ok)
		return throw_argument(call, at, "a boolean");
	return true;
}

enum bytes_status { BYTES_OK, BYTES_NO_STRING, BYTES_NUL, BYTES_LONG };

/*
 * Read as UTF-16 and narrowed by hand: the latin1 reader of Node-API drops the upper byte of a char
 * above 0xff, and the name of one file would silently become that of another.
 */
static enum bytes_status read_bytes(napi_env env, napi_value value, char bytes[PATH_MAX])
{
	char16_t wide[PATH_MAX + 1];
	size_t length;

	if (napi_get_value_string_utf16(env, value, wide, PATH_MAX + 1, &length) != napi_ok)
		return BYTES_NO_STRING;
	if (length >= PATH_MAX)
		return BYTES_LONG;
	for (size_t i = 0; i < length; i++) {
		if (wide[i] > 0xff)
			return BYTES_NO_STRING;
		if (wide[i] == 0)
			return BYTES_NUL;
		bytes[i] = (char)wide[i];
	}
	bytes[length] = '\0';
	return BYTES_OK;
}

static bool accept_bytes(struct call *call, enum bytes_status status)
{
	if (status == BYTES_NUL || status == BYTES_LONG)
		throw_system(call, status == BYTES_NUL ? EINVAL : ENAMETOOLONG, call->function,
			     NULL);
	return status == BYTES_OK;
}

#define BYTE_STRING "a byte string: a string of chars below 256"

bool arg_bytes(struct call *call, unsigned int at, char bytes[PATH_MAX])
{
	enum bytes_status status = read_bytes(call->env, call->value[at], bytes);

	if (status == BYTES_NO_STRING)
		return throw_argument(call, at, BYTE_STRING);
	return accept_bytes(call, status);
}

/* `..` and `/` would lead out of the directory that the caller means to work in. */
static bool accept_name(struct call *call, const char *name)
{
	if (name[0] != '\0' && strcmp(name, "..") != 0 && strchr(name, '/') == NULL)
		return true;
	throw_system(call, EINVAL, call->function, name);
	return false;
}

bool arg_name_at(struct call *call, unsigned int at, int *dir, char name[PATH_MAX])
{
	if (!arg_fd(call, at, dir) || !arg_bytes(call, at + 1, name))
		return false;
	return *dir == AT_FDCWD || accept_name(call, name);
}

bool arg_memory(struct call *call, unsigned int at, void **data, size_t *length)
{
	napi_typedarray_type type;
	bool is_array = false;

	napi_is_typedarray(call->env, call->value[at], &is_array);
	if (!is_array ||
	    napi_get_typedarray_info(call->env, call->value[at], &type, length, data, NULL, NULL) !=
		    napi_ok ||
	    type != napi_uint8_array)
		return throw_argument(call, at, "a Uint8Array");
	return true;
}

/*
 * False with a pending TypeError when the options are no object; `*value` is NULL when the property
 * is not given.
 */
static bool find_option(struct call *call, unsigned int at, const char *property, napi_value *value)
{
	napi_valuetype type = type_of(call->env, call->value[at]);

	*value = NULL;
	if (type == napi_undefined)
		return true;
	if (type != napi_object)
		return throw_argument(call, at, "an object");
	if (napi_get_named_property(call->env, call->value[at], property, value) != napi_ok)
		return false;
	if (type_of(call->env, *value) == napi_undefined)
		*value = NULL;
	return true;
}

bool option_bool(struct call *call, unsigned int at, const char *property, bool *value)
{
	napi_value found;

	if (!find_option(call, at, property, &found))
		return false;
	if (found != NULL && napi_get_value_bool(call->env, found, value) != napi_ok)
		return throw_property(call, property, "a boolean");
	return true;
}

bool option_i64(struct call *call, unsigned int at, const char *property, int64_t *value)
{
	napi_value found;

	if (!find_option(call, at, property, &found))
		return false;
	if (found != NULL && !read_integer(call->env, found, 0, MAX_SAFE_INTEGER, value))
		return throw_property(call, property, "an integer, 0 or above");
	return true;
}

bool option_name(struct call *call, unsigned int at, const char *property, char name[PATH_MAX],
		 bool *given)
{
	napi_value found;
	enum bytes_status status;

	if (!find_option(call, at, property, &found))
		return false;
	*given = found != NULL;
	if (!*given)
		return true;
	status = read_bytes(call->env, found, name);
	if (status == BYTES_NO_STRING)
		return throw_property(call, property, BYTE_STRING);
	return accept_bytes(call, status) && accept_name(call, name);
}

static void set(napi_env env, napi_value object, const char *property, napi_value value)
{
	napi_set_named_property(env, object, property, value);
}

napi_value system_error(napi_env env, int error, const char *syscall, const char *path)
{
	const char *code = strerrorname_np(error);
	const char *reason = strerrordesc_np(error);
	char message[PATH_MAX + 128];
	napi_value text, value, object;

	snprintf(message, sizeof(message), "%s: %s, %s%s%s%s", code ? code : "UNKNOWN",
		 reason ? reason : "unknown error", syscall, path ? " '" : "", path ? path : "",
		 path ? "'" : "");
	napi_create_string_latin1(env, message, NAPI_AUTO_LENGTH, &text);
	napi_create_string_latin1(env, code ? code : "UNKNOWN", NAPI_AUTO_LENGTH, &value);
	napi_create_error(env, value, text, &object);
	set(env, object, "errno", make_number(env, -error));
	set(env, object, "syscall", make_bytes(env, syscall, strlen(syscall)));
	if (path != NULL)
		set(env, object, "path", make_bytes(env, path, strlen(path)));
	return object;
}

napi_value throw_system(struct call *call, int error, const char *syscall, const char *path)
{
	napi_throw(call->env, system_error(call->env, error, syscall, path));
	return NULL;
}

napi_value result_void(struct call *call, long result, const char *syscall, const char *path)
{
	return result < 0 ? throw_system(call, errno, syscall, path) : NULL;
}

napi_value result_int(struct call *call, long result, const char *syscall, const char *path)
{
	return result < 0 ? throw_system(call, errno, syscall, path)
			  : make_number(call->env, (double)result);
}

napi_value make_bytes(napi_env env, const char *bytes, size_t length)
{
	napi_value value = NULL;

	napi_create_string_latin1(env, bytes, length, &value);
	return value;
}

napi_value make_number(napi_env env, double number)
{
	napi_value value = NULL;

	napi_create_double(env, number, &value);
	return value;
}

napi_value make_bool(napi_env env, bool truth)
{
	napi_value value = NULL;

	napi_get_boolean(env, truth, &value);
	return value;
}
