/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Kernel calls that take a k_timeout_t: its shape and unit depend on the configuration.
 */

#include <zephyr/kernel.h>

#include "westerly.h"

void westerly_sleep(uint32_t milliseconds)
{
	(void)k_msleep(milliseconds);
}

void westerly_sleep_tick(void)
{
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
	return k_sem_take(semaphore, K_MSEC(milliseconds)) == 0;
}

bool westerly_semaphore_wait(struct k_sem *semaphore)
{
	return k_sem_take(semaphore, K_FOREVER) == 0;
}

void westerly_mutex_lock(struct k_mutex *mutex)
{
	/* K_FOREVER and a mutex: there is no other way to come back than with the lock. */
	(void)k_mutex_lock(mutex, K_FOREVER);
}

void westerly_print_line(const char *text, size_t length)
{
	printk("%.*s\n", (int)length, text);
}
