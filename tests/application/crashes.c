/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Crashes on request: what the group 127 of westerly-firmware's crashes.rs does, but for Rust's own panic. The names of the functions are what
 * the tests look for in the record.
 */

/* The assertion here is to fail, in a build without assertions too. */
#define __ASSERT_ON 2

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/__assert.h>

#include "westerly.h"

#define SAMPLER "westerly_sampler"

bool westerly_test_crash(const char *kind, size_t length);

/* Something behind a call, so that the compiler does not jump there and leave no trace of who did. */
#define BEHIND_A_CALL() compiler_barrier()

static volatile bool has_an_end;

static __noinline void crash_null_call(void)
{
	void (*volatile nowhere)(void) = NULL;

	nowhere();
	BEHIND_A_CALL();
}

/* The compiler cannot make a loop of it: each call needs its own array until the next one has returned. */
static __noinline int crash_recursion(int depth)
{
	volatile uint8_t used[48];

	used[depth % sizeof(used)] = 1;
	return has_an_end ? 0 : crash_recursion(depth + 1) + used[0];
}

static __noinline void crash_oops(void)
{
	k_oops();
	BEHIND_A_CALL();
}

static __noinline void crash_assertion(void)
{
	__ASSERT_NO_MSG(k_uptime_get() < 0);
	BEHIND_A_CALL();
}

static __noinline void hang_for_ever(void)
{
	for (;;) {
		k_sleep(K_FOREVER);
	}
}

/* Keeps the processor, which threads that only wait do not. */
static __noinline void spin_for_ever(void)
{
	for (;;) {
		k_busy_wait(1000);
	}
}

/* What only the hardware's watchdog ends. */
static __noinline void lock_for_ever(void)
{
	(void)irq_lock();
	for (;;) {
		compiler_barrier();
	}
}

static void hang_queue(void)
{
	static struct k_work work;

	k_work_init(&work, (k_work_handler_t)hang_for_ever);
	(void)k_work_submit(&work);
}

static void sampler_find(const struct k_thread *thread, void *found)
{
	if (strcmp(k_thread_name_get((k_tid_t)thread), SAMPLER) == 0) {
		*(const struct k_thread **)found = thread;
	}
}

static const struct k_thread *sampler(void)
{
	const struct k_thread *found = NULL;

	k_thread_foreach_unlocked(sampler_find, &found);
	return found;
}

static void hang_sampler(void)
{
	k_thread_suspend((k_tid_t)sampler());
}

/* As a watchdog would say it. */
static void stopped_sampler(void)
{
	westerly_crash_stopped(sampler());
}

static void overflow(void)
{
	(void)crash_recursion(0);
}

static const struct {
	const char *name;
	void (*run)(void);
} kinds[] = {
	{"null_call", crash_null_call}, {"stack_overflow", overflow}, {"oops", crash_oops},
	{"assertion", crash_assertion}, {"hang", hang_for_ever},      {"spin", spin_for_ever},
	{"hang_sampler", hang_sampler}, {"hang_queue", hang_queue},   {"lock", lock_for_ever},
	{"stopped_sampler", stopped_sampler},
};

bool westerly_test_crash(const char *kind, size_t length)
{
	for (size_t index = 0; index < ARRAY_SIZE(kinds); index++) {
		if (strlen(kinds[index].name) == length && memcmp(kinds[index].name, kind, length) == 0) {
			kinds[index].run();
			return true;
		}
	}
	return false;
}
