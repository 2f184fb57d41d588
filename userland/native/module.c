/* The addon's entry: exports the functions that userland/src/native/addon.ts describes. */
#include "methods.h"
#include "shapes.h"

#include <linux/dirsync.h>

#include "dirsync_abi.h"

static const struct method *const TABLES[] = {
	open_methods,  stat_methods, compare_methods, probe_methods, inotify_methods,
	watch_methods, at_methods,   xattr_methods,   copy_methods,    walk_methods,
	content_methods, copy_group_methods, copy_many_methods,
};

/* What the addon was compiled for, out of the kernel's header: `dirsyncAbi` of addon.ts. */
static bool export_abi(napi_env env, napi_value exports)
{
	static const struct {
		const char *name;
		int value;
	} members[] = {
		{ "version", DIRSYNC_ABI_VERSION },
		{ "dirsyncStat", __NR_dirsync_stat },
		{ "dirsyncList", __NR_dirsync_list },
		{ "dirsyncDiff", __NR_dirsync_diff },
	};
	napi_value abi;

	if (napi_create_object(env, &abi) != napi_ok)
		return false;
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (napi_set_named_property(env, abi, members[i].name,
					    make_number(env, members[i].value)) != napi_ok)
			return false;
	}
	return napi_set_named_property(env, exports, "dirsyncAbi", abi) == napi_ok;
}

NAPI_MODULE_INIT()
{
	if (!shapes_init(env) || !export_abi(env, exports))
		return NULL;
	for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
		for (const struct method *method = TABLES[i]; method->name != NULL; method++) {
			napi_value function;

			if (napi_create_function(env, method->name, NAPI_AUTO_LENGTH,
						 method->callback, NULL, &function) != napi_ok ||
			    napi_set_named_property(env, exports, method->name, function) !=
				    napi_ok)
				return NULL;
		}
	}
	return exports;
}
