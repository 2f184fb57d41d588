/*
 * A group lives as long as JavaScript or a task has it: a task may outlast the object of JavaScript,
 * which is collected whenever nobody there needs it.
 */
#include "copy_group.h"
#include "methods.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct copy_group {
	atomic_uint references;
	atomic_bool cancelled;
};

void copy_group_put(struct copy_group *group)
{
	if (group != NULL && atomic_fetch_sub(&group->references, 1) == 1)
		free(group);
}

bool copy_group_is_cancelled(const struct copy_group *group)
{
	return group != NULL && atomic_load(&group->cancelled);
}

static bool arg_group(struct call *call, unsigned int at, struct copy_group **group)
{
	void *data;
	char what[60];

	if (napi_get_value_external(call->env, call->value[at], &data) == napi_ok) {
		*group = data;
		return true;
	}
	snprintf(what, sizeof(what), "argument %u must be what copyGroup returned", at + 1);
	return throw_type(call, what);
}

bool arg_copy_group(struct call *call, unsigned int at, struct copy_group **group)
{
	*group = NULL;
	if (!arg_given(call, at))
		return true;
	if (!arg_group(call, at, group))
		return false;
	atomic_fetch_add(&(*group)->references, 1);
	return true;
}

static void collected(napi_env env, void *data, void *hint)
{
	(void)env;
	(void)hint;
	copy_group_put(data);
}

static napi_value new_group(napi_env env, napi_callback_info info)
{
	struct call call;
	struct copy_group *group;
	napi_value handle;

	if (!call_open(&call, env, info, "copyGroup"))
		return NULL;
	group = calloc(1, sizeof(*group));
	if (group == NULL)
		return throw_system(&call, ENOMEM, "copyGroup", NULL);
	atomic_store(&group->references, 1);
	if (napi_create_external(env, group, collected, NULL, &handle) != napi_ok) {
		copy_group_put(group);
		return NULL;
	}
	return handle;
}

static napi_value cancel_copies(napi_env env, napi_callback_info info)
{
	struct call call;
	struct copy_group *group;

	if (call_open(&call, env, info, "cancelCopies") && arg_group(&call, 0, &group))
		atomic_store(&group->cancelled, true);
	return NULL;
}

const struct method copy_group_methods[] = {
	{ "copyGroup", new_group },
	{ "cancelCopies", cancel_copies },
	{ NULL, NULL },
};
