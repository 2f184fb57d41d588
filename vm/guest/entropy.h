/*
 * Chance for the kernel's random pool: an emulated processor has no source of it.
 */
#pragma once

#include <linux/random.h>
#include <string.h>
#include <sys/ioctl.h>

#define ENTROPY_BYTES 32

/* Adds ENTROPY_BYTES to the pool behind `urandom`, counted in full; -1 with errno, as ioctl. */
static inline int add_entropy(int urandom, const char bytes[ENTROPY_BYTES])
{
	struct {
		struct rand_pool_info info;
		char bytes[ENTROPY_BYTES];
	} seed = { .info = { .entropy_count = 8 * ENTROPY_BYTES, .buf_size = ENTROPY_BYTES } };

	memcpy(seed.bytes, bytes, ENTROPY_BYTES);
	return ioctl(urandom, RNDADDENTROPY, &seed);
}
