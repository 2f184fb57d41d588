/*
 * Prints the rate of this processor's time stamp counter in kHz: what a guest under QEMU's TCG sees by rdtsc, too.
 *
 * Two readings of counter and clock, 50 ms apart. Each is the one that took the shortest of many tries, so that a
 * processor which was taken away in between does not count.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct reading {
	uint64_t ticks;
	int64_t ns;
};

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct reading read_both(void)
{
	struct reading best = { 0, 0 };
	uint64_t shortest = UINT64_MAX;

	for (int try = 0; try < 1000; try++) {
		uint64_t before = __rdtsc();
		int64_t ns = now_ns();
		uint64_t after = __rdtsc();

		if (after - before < shortest) {
			shortest = after - before;
			best = (struct reading){ before + shortest / 2, ns };
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	struct reading first = read_both();

	nanosleep(&pause, NULL);
	struct reading second = read_both();

	printf("%.0f\n", (double)(second.ticks - first.ticks) * 1e6 / (double)(second.ns - first.ns));
	return 0;
}
