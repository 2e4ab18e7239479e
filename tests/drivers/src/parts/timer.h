/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * How long a part is busy, by the hardware's counter: the kernel's ticks are too coarse for it.
 */

#ifndef TIMER_H
#define TIMER_H

#include <stdbool.h>

#include <zephyr/kernel.h>

struct timer {
	bool runs;
	uint32_t start;
	uint32_t cycles;
};

static inline void timer_start(struct timer *timer, uint32_t microseconds)
{
	*timer = (struct timer){true, k_cycle_get_32(), k_us_to_cyc_ceil32(microseconds)};
}

/* It has to be asked before the counter comes round, after minutes. */
static inline bool timer_runs(struct timer *timer)
{
	timer->runs = timer->runs && k_cycle_get_32() - timer->start < timer->cycles;
	return timer->runs;
}

#endif
