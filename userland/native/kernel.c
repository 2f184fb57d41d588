/* The producer that lets the kernel do it: one call a slice. */
#include "calls.h"
#include "record.h"

/*
 * A destination that does not exist cannot be handed to dirsync_diff(), which takes -1 for a
 * mistake; and what it would say of each name is known.
 */
static ssize_t list_missing(const struct compare_request *request, void *buffer, size_t size)
{
	const struct dirsync_list_args args = {
		.buf = (uintptr_t)buffer,
		.buf_len = size,
		.mask = DIRSYNC_ATTRIBUTES,
		.max_entries = request->max_entries,
	};
	long length;

	if (!request_is_valid(request))
		return -1;
	length = dirsync_list(request->source, &args, 0);
	return length < 0 ? length : (ssize_t)complete_missing(request, buffer, (size_t)length);
}

ssize_t kernel_compare(const struct compare_request *request, void *buffer, size_t size)
{
	const struct dirsync_diff_args args = {
		.buf = (uintptr_t)buffer,
		.buf_len = size,
		.compare = request->compare,
		.report = request->report,
		.max_entries = request->max_entries,
		.mtime_slack_ns = request->mtime_slack_ns,
		.racy_ns = request->racy_ns,
	};

	if (request->destination == NOTHING)
		return list_missing(request, buffer, size);
	return dirsync_diff(request->source, request->destination, &args);
}
