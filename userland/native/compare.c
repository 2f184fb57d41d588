/* A comparison of two directories, asked for by JavaScript. */
#include "methods.h"
#include "probe.h"
#include "producer.h"

#include <errno.h>
#include <string.h>

/* An option that must be given, of 32 bits. */
static bool required_u32(struct call *call, const char *property, uint32_t *value)
{
	int64_t number = -1;

	if (!option_i64(call, 3, property, &number))
		return false;
	if (number < 0 || number > UINT32_MAX)
		return throw_type(call,
				  "the options compare and report must be integers of 32 bits");
	*value = (uint32_t)number;
	return true;
}

/* An option that may be given: 0 if it is not. */
static bool optional_u64(struct call *call, const char *property, uint64_t *value)
{
	int64_t number = 0;

	if (!option_i64(call, 3, property, &number))
		return false;
	*value = (uint64_t)number;
	return true;
}

static bool read_request(struct call *call, struct compare_request *request)
{
	return arg_fd(call, 0, &request->source) && arg_fd(call, 1, &request->destination) &&
	       required_u32(call, "compare", &request->compare) &&
	       required_u32(call, "report", &request->report) &&
	       optional_u64(call, "maxEntries", &request->max_entries) &&
	       optional_u64(call, "mtimeSlackNs", &request->mtime_slack_ns) &&
	       optional_u64(call, "racyNs", &request->racy_ns);
}

typedef ssize_t producer(const struct compare_request *request, void *buffer, size_t size);

static ssize_t unusable(const struct compare_request *request, void *buffer, size_t size)
{
	(void)request, (void)buffer, (void)size;
	errno = ENOSYS;
	return -1;
}

/* What to blame: the portable producer fails where it reads the directory. */
static const char *syscall_of(const struct compare_request *request, producer *produce)
{
	if (produce == portable_compare)
		return "getdents64";
	return request->destination == NOTHING ? "dirsync_list" : "dirsync_diff";
}

static bool choose_producer(struct call *call, producer **chosen)
{
	char source[PATH_MAX] = "";
	bool given;

	if (!option_name(call, 3, "source", source, &given))
		return false;
	if (strcmp(source, "kernel") == 0)
		*chosen = kernel_is_usable() ? kernel_compare : unusable;
	else if (strcmp(source, "statx") == 0)
		*chosen = portable_compare;
	else
		return throw_type(call, "the option source must be 'kernel' or 'statx'");
	return true;
}

static napi_value compare_dirs(napi_env env, napi_callback_info info)
{
	struct call call;
	struct compare_request request;
	producer *produce;
	void *buffer;
	size_t size;

	if (!call_open(&call, env, info, "compareDirs") || !read_request(&call, &request) ||
	    !choose_producer(&call, &produce) || !arg_memory(&call, 2, &buffer, &size))
		return NULL;
	return result_int(&call, produce(&request, buffer, size), syscall_of(&request, produce),
			  NULL);
}

const struct method compare_methods[] = {
	{ "compareDirs", compare_dirs },
	{ NULL, NULL },
};
