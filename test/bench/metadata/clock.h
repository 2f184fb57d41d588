// SPDX-License-Identifier: MIT
/*
 * The guest's clock, and a loop of known length that tells what it counts.
 *
 * Under QEMU's `-icount shift=0` an instruction takes a nanosecond, and CLOCK_MONOTONIC_RAW is read from the time stamp
 * counter, which then counts at 1 GHz. Whether that holds is not believed but measured, at each start.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <time.h>

static inline int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Two instructions a turn. */
static inline int64_t time_loop(uint64_t turns)
{
	int64_t began = now_ns();

	__asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(turns) : : "cc");
	return now_ns() - began;
}

/* The least of many: an interrupt adds to one and not to all. */
#define LEAST_OF(tries, expression)                                    \
	({                                                             \
		int64_t least = INT64_MAX;                             \
                                                                       \
		for (int try = 0; try < (tries); try++) {              \
			int64_t taken = (expression);                  \
                                                                       \
			if (taken < least)                             \
				least = taken;                         \
		}                                                      \
		least;                                                 \
	})

#define TURNS 10000L

/* What a thousand turns of the loop, 2,000 instructions, take in nanoseconds, without what the reading of the clock takes. */
static inline double time_thousand_turns(void)
{
	int64_t loop = LEAST_OF(20, time_loop(2 * TURNS)) - LEAST_OF(20, time_loop(TURNS));

	return (double)loop * 1000 / TURNS;
}
