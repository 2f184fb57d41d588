// SPDX-License-Identifier: MIT
/* Prints what 10,000 and 20,000 turns of a loop of two instructions take, in nanoseconds: the least of twenty tries each. */
#include "../../bench/metadata/clock.h"

int main(void)
{
	printf("%ld %ld\n", (long)LEAST_OF(20, time_loop(TURNS)), (long)LEAST_OF(20, time_loop(2 * TURNS)));
	return 0;
}
