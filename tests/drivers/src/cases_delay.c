/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Delays, by the hardware's counter: never short, and not much too long.
 */

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include "drivers.h"

ZTEST_SUITE(delay, NULL, NULL, NULL, NULL, NULL);

/* What a test may take longer than the delay without being told from slow by the delay's own fault. */
#define SLACK_NS 2000000ULL
#define TICK_NS (NSEC_PER_SEC / CONFIG_SYS_CLOCK_TICKS_PER_SEC)

static uint64_t took(int32_t (*delay)(uint32_t), uint32_t duration)
{
	uint32_t start = k_cycle_get_32();

	zassert_equal(delay(duration), DONE);
	/* One more, for the part of a cycle at the start. */
	return k_cyc_to_ns_ceil64(k_cycle_get_32() - start + 1);
}

ZTEST(delay, test_below_a_tick)
{
	static const uint32_t microseconds[] = {0, 1, 10, 50, TICK_NS / NSEC_PER_USEC - 1};

	for (size_t i = 0; i < ARRAY_SIZE(microseconds); i++) {
		uint64_t time = took(drivers_delay_microseconds, microseconds[i]);

		zassert_true(time >= microseconds[i] * NSEC_PER_USEC, "%u", microseconds[i]);
		zassert_true(time < microseconds[i] * NSEC_PER_USEC + SLACK_NS, "%u", microseconds[i]);
	}
	zassert_true(took(drivers_delay_nanoseconds, 1) >= 1);
	zassert_true(took(drivers_delay_nanoseconds, 70001) >= 70001);
}

ZTEST(delay, test_ticks_and_more)
{
	static const uint32_t milliseconds[] = {20, 21, 105};

	for (size_t i = 0; i < ARRAY_SIZE(milliseconds); i++) {
		uint64_t duration = (uint64_t)milliseconds[i] * NSEC_PER_MSEC;
		uint64_t time = took(drivers_delay_milliseconds, milliseconds[i]);

		zassert_true(time >= duration, "%u", milliseconds[i]);
		/* Rounded up to ticks, and one more as the current one is under way. */
		zassert_true(time < duration + 2 * TICK_NS + SLACK_NS, "%u", milliseconds[i]);
	}
}

static int32_t ran;

static void run(void *first, void *second, void *third)
{
	ARG_UNUSED(first);
	ARG_UNUSED(second);
	ARG_UNUSED(third);
	ran++;
}

K_THREAD_STACK_DEFINE(other_stack, 1024);
static struct k_thread other;

/* A longer delay leaves the processor to a thread of lower priority. */
ZTEST(delay, test_sleeps)
{
	k_tid_t thread = k_thread_create(&other, other_stack, K_THREAD_STACK_SIZEOF(other_stack), run, NULL, NULL, NULL,
					 K_LOWEST_APPLICATION_THREAD_PRIO, 0, K_NO_WAIT);

	zassert_equal(ran, 0);
	zassert_true(took(drivers_delay_milliseconds, 50) >= 50 * NSEC_PER_MSEC);
	zassert_equal(ran, 1);
	zassert_ok(k_thread_join(thread, K_MSEC(100)));
}

static k_tid_t sleeper;

static void wake(struct k_timer *timer)
{
	ARG_UNUSED(timer);
	k_wakeup(sleeper);
}

K_TIMER_DEFINE(waker, wake, NULL);

ZTEST(delay, test_outlasts_a_wakeup)
{
	sleeper = k_current_get();
	k_timer_start(&waker, K_MSEC(20), K_NO_WAIT);
	zassert_true(took(drivers_delay_milliseconds, 100) >= 100 * NSEC_PER_MSEC);
}
