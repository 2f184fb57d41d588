/*
 * The call 451, made in the one way that is harmless where the number means something else.
 *
 * From Linux 6.5 on, 451 is cachestat(fd, range, cstat, flags): with cstat 0 and all bits set in
 * flags that is refused before anything is written. Whether the call is there at all is asked
 * elsewhere (metadata/probe.ts).
 */
#define _GNU_SOURCE
#include "dirsync_stat.h"
#include "methods.h"
#include "stat.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_bool usable;

bool dirsync_stat_usable(void)
{
	return atomic_load(&usable);
}

int dirsync_stat(const char *path, struct dirsync_info *info)
{
	atomic_fetch_add_explicit(&counters.dirsync_stat, 1, memory_order_relaxed);
	return (int)syscall(__NR_dirsync_stat, path, info, 0L, ~0UL, 0L, 0L);
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

static napi_value self_check_method(napi_env env, napi_callback_info info)
{
	(void)info;
	atomic_store(&usable, self_check());
	return make_bool(env, dirsync_stat_usable());
}

const struct method dirsync_methods[] = {
	{ "dirsyncSelfCheck", self_check_method },
	{ NULL, NULL },
};
