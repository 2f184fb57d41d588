/*
 * Arguments and errors at the border between JavaScript and C.
 *
 * Each arg_* function reads one argument; when it is not of that type it throws a TypeError that
 * names the argument's position, and returns false: the caller returns NULL at once. Nothing here
 * aborts, whatever JavaScript hands over.
 */
#ifndef DIRSYNC_ARGS_H
#define DIRSYNC_ARGS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <node_api.h>

#define MAX_ARGS 8

/* One call from JavaScript; arguments that were not given are undefined. */
struct call {
	napi_env env;
	const char *function;
	napi_value value[MAX_ARGS];
};

/* One function of the addon; tables of them end with a NULL name. */
struct method {
	const char *name;
	napi_callback callback;
};

bool call_open(struct call *call, napi_env env, napi_callback_info info, const char *function);

bool arg_given(struct call *call, unsigned int at);
bool arg_fd(struct call *call, unsigned int at, int *fd);
bool arg_u32(struct call *call, unsigned int at, uint32_t *value);
bool arg_i64(struct call *call, unsigned int at, int64_t *value);
bool arg_bool(struct call *call, unsigned int at, bool absent, bool *value);
/*
 * A byte string of at most PATH_MAX - 1 bytes: EINVAL for a NUL inside, ENAMETOOLONG when it is
 * longer.
 */
bool arg_bytes(struct call *call, unsigned int at, char bytes[PATH_MAX]);
/* A single name below a directory fd, or with AT_FDCWD any path: two arguments from `at` on. */
bool arg_name_at(struct call *call, unsigned int at, int *dir, char name[PATH_MAX]);
/* The memory of a Uint8Array; valid until JavaScript runs again. */
bool arg_memory(struct call *call, unsigned int at, void **data, size_t *length);

/*
 * Properties of an options object; a property that is absent or undefined leaves the value as it
 * is.
 */
bool option_bool(struct call *call, unsigned int at, const char *property, bool *value);
bool option_i64(struct call *call, unsigned int at, const char *property, int64_t *value);
/* One name; `given` says whether it was there. */
bool option_name(struct call *call, unsigned int at, const char *property, char name[PATH_MAX],
		 bool *given);

bool throw_type(struct call *call, const char *what);
napi_value throw_system(struct call *call, int error, const char *syscall, const char *path);
/* The Error object itself, for a promise to be rejected with; `path` may be NULL. */
napi_value system_error(napi_env env, int error, const char *syscall, const char *path);

/* What most functions end with: undefined for a result >= 0, else errno is thrown. */
napi_value result_void(struct call *call, long result, const char *syscall, const char *path);
napi_value result_int(struct call *call, long result, const char *syscall, const char *path);

napi_value make_bytes(napi_env env, const char *bytes, size_t length);
napi_value make_number(napi_env env, double value);
napi_value make_bool(napi_env env, bool value);

#endif
