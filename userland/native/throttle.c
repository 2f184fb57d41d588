/*
 * A token bucket, kept as the time at which it will be free: each piece moves that time on by what it
 * takes at the rate, and waits until its own beginning.
 */
#include "throttle.h"

#include <pthread.h>
#include <time.h>

#define NS_PER_SEC 1000000000ULL
/* What may be saved up while nothing is copied. */
#define BURST_NS (NS_PER_SEC / 10)
/* How soon a copy that waits notices that it is cancelled. */
#define SLICE_NS (NS_PER_SEC / 20)
#define LEAST_STEP 4096

static uint64_t rate;
static uint64_t free_at;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec;
}

void throttle_set_rate(uint64_t bytes_per_second)
{
	rate = bytes_per_second;
}

size_t throttle_step(size_t size)
{
	uint64_t most = rate / 10 < LEAST_STEP ? LEAST_STEP : rate / 10;

	return rate == 0 || size < most ? size : most;
}

static uint64_t reserve(size_t bytes)
{
	uint64_t begin, now = now_ns();

	pthread_mutex_lock(&lock);
	if (free_at + BURST_NS < now)
		free_at = now - BURST_NS;
	begin = free_at;
	free_at += bytes * NS_PER_SEC / rate;
	pthread_mutex_unlock(&lock);
	return begin;
}

bool throttle_wait(size_t bytes, bool (*stop)(const void *context), const void *context)
{
	uint64_t begin, now;

	if (rate == 0)
		return true;
	begin = reserve(bytes);
	while ((now = now_ns()) < begin) {
		uint64_t left = begin - now < SLICE_NS ? begin - now : SLICE_NS;
		struct timespec rest = { .tv_nsec = (long)left };

		if (stop(context))
			return false;
		nanosleep(&rest, NULL);
	}
	return true;
}
