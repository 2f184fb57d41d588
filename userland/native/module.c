/* The addon's entry: exports the functions that userland/src/native/addon.ts describes. */
#include "methods.h"
#include "shapes.h"

static const struct method *const TABLES[] = {
	open_methods,	 stat_methods,	compare_methods, dirsync_methods, inotify_methods,
	watch_methods,	 at_methods,	xattr_methods,	 copy_methods,
};

NAPI_MODULE_INIT()
{
	if (!shapes_init(env))
		return NULL;
	for (size_t i = 0; i < sizeof(TABLES) / sizeof(TABLES[0]); i++) {
		for (const struct method *method = TABLES[i]; method->name != NULL; method++) {
			napi_value function;

			if (napi_create_function(env, method->name, NAPI_AUTO_LENGTH, method->callback, NULL, &function) !=
				    napi_ok ||
			    napi_set_named_property(env, exports, method->name, function) != napi_ok)
				return NULL;
		}
	}
	return exports;
}
