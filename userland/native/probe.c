/*
 * The two questions by which the dirsync calls are known, asked after the kernel has announced them
 * (metadata/probe.ts): does 1451 answer with its magic number, and does 451 agree with stat(2)?
 */
#include "probe.h"
#include "calls.h"
#include "methods.h"

#include <stddef.h>
#include <string.h>

static atomic_bool answered;
static atomic_bool agreed;

bool kernel_is_usable(void)
{
	return atomic_load(&answered) && atomic_load(&agreed);
}

static bool agrees(const struct dirsync_info *info, const struct stat *stat)
{
	return info->exists == 1 && info->size == stat->st_size && info->mtime == stat->st_mtime;
}

/*
 * The hole behind `exists` must be zeroed by the kernel: else it hands out its own memory, and is
 * not our kernel.
 */
static bool padding_is_zero(const struct dirsync_info *info)
{
	const unsigned char *bytes = (const unsigned char *)info;

	for (size_t i = sizeof(info->exists); i < offsetof(struct dirsync_info, size); i++) {
		if (bytes[i] != 0)
			return false;
	}
	return true;
}

static bool self_check(void)
{
	struct dirsync_info info;
	struct stat before, after;

	memset(&info, 0xff, sizeof(info));
	/* The root directory may change in between; then one of the two is what the call has seen. */
	if (stat("/", &before) < 0 || dirsync_stat("/", &info) != 0 || stat("/", &after) < 0)
		return false;
	return padding_is_zero(&info) && (agrees(&info, &before) || agrees(&info, &after));
}

static napi_value query(napi_env env, napi_callback_info info)
{
	(void)info;
	atomic_store(&answered, dirsync_list(-1, NULL, DIRSYNC_QUERY) == DIRSYNC_MAGIC);
	return make_bool(env, atomic_load(&answered));
}

static napi_value self_check_method(napi_env env, napi_callback_info info)
{
	(void)info;
	atomic_store(&agreed, self_check());
	return make_bool(env, atomic_load(&agreed));
}

const struct method probe_methods[] = {
	{ "dirsyncQuery", query },
	{ "dirsyncSelfCheck", self_check_method },
	{ NULL, NULL },
};
