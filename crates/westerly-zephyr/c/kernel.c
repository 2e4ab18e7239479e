/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernel calls that take a k_timeout_t: its shape and unit depend on the configuration.
 */

#include <zephyr/kernel.h>

#include "watchdog.h"
#include "westerly.h"

void westerly_sleep(uint32_t milliseconds)
{
	westerly_watchdog_report();
	(void)k_msleep(milliseconds);
}

void westerly_sleep_tick(void)
{
	westerly_watchdog_report();
	(void)k_sleep(K_TICKS(1));
}

uint64_t westerly_uptime(void)
{
	return (uint64_t)k_uptime_get();
}

void westerly_yield(void)
{
	k_yield();
}

bool westerly_semaphore_take(struct k_sem *semaphore, uint32_t milliseconds)
{
	do {
		uint32_t part = MIN(milliseconds, WESTERLY_WAIT_MS);

		westerly_watchdog_report();
		if (k_sem_take(semaphore, K_MSEC(part)) == 0) {
			return true;
		}
		milliseconds -= part;
	} while (milliseconds > 0);
	return false;
}

bool westerly_semaphore_wait(struct k_sem *semaphore)
{
	westerly_watchdog_report();
	return k_sem_take(semaphore, WESTERLY_WAIT) == 0;
}

void westerly_mutex_lock(struct k_mutex *mutex)
{
	/* Whoever waits lives, also if the one who has the lock does not. */
	do {
		westerly_watchdog_report();
	} while (k_mutex_lock(mutex, WESTERLY_WAIT) != 0);
}

void westerly_print_line(const char *text, size_t length)
{
	printk("%.*s\n", (int)length, text);
}
