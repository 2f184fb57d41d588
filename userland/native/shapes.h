/*
 * Plain JavaScript objects of a fixed shape, made quickly.
 *
 * Setting a dozen properties by name costs Node-API several microseconds an object. So each shape
 * is an arrow function of JavaScript that takes the values in order, compiled once when the addon
 * is loaded; calling it is as fast as an object literal.
 */
#ifndef DIRSYNC_SHAPES_H
#define DIRSYNC_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <node_api.h>

enum shape {
	SHAPE_STAT,
	SHAPE_DIR_ENTRY,
	SHAPE_INOTIFY_EVENT,
	SHAPE_COPY_RESULT,
	SHAPE_COUNTERS,
	SHAPE_COUNT
};

/* To be called once an environment, when the addon is loaded. */
bool shapes_init(napi_env env);

/* NULL, with an exception pending, when JavaScript is out of memory or being ended. */
napi_value shape_make(napi_env env, enum shape shape, size_t count, const napi_value *values);

#endif
