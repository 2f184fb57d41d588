// SPDX-License-Identifier: MIT
/* What the clock says to things of known length: printed with the results, so that nobody has to believe what it counts. */
#pragma once

#include "clock.h"

static int64_t time_rep_movsb(void *to, const void *from, uint64_t bytes)
{
	int64_t began = now_ns();

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return now_ns() - began;
}

static int64_t time_rep_movsq(void *to, const void *from, uint64_t words)
{
	int64_t began = now_ns();

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	return now_ns() - began;
}

/*
 * Prints what a thousand of each take in nanoseconds, without what the reading of the clock takes: a loop's turns (2,000
 * instructions), bytes of rep movsb, quadwords of rep movsq; and the reading itself, once.
 */
static void calibrate(void)
{
	static uint64_t to[TURNS], from[TURNS];
	double loop = time_thousand_turns();
	int64_t movsb = LEAST_OF(20, time_rep_movsb(to, from, 2 * TURNS)) - LEAST_OF(20, time_rep_movsb(to, from, TURNS));
	int64_t movsq = LEAST_OF(20, time_rep_movsq(to, from, TURNS)) - LEAST_OF(20, time_rep_movsq(to, from, TURNS / 2));
	int64_t clock = LEAST_OF(20, time_loop(1)) - 2;

	printf("{\"calibration\":{\"loop\":%.3f,\"rep_movsb\":%.3f,\"rep_movsq\":%.3f,\"clock\":%ld}}\n",
	       loop, (double)movsb * 1000 / TURNS, (double)movsq * 2000 / TURNS, (long)clock);
}
