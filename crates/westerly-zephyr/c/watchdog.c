/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Threads that have to report, and what happens to one that does not: Zephyr's task watchdog, with the hardware's behind it
 * where the devicetree has the alias watchdog0. That one acts if interrupts stay locked, which the other cannot.
 *
 * Whoever keeps the processor keeps those of lower priority from reporting, and must not be outlived by them: the lower, the
 * more time.
 */

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/task_wdt/task_wdt.h>

#include "watchdog.h"
#include "westerly.h"

/* The least time between two reports that are worth their cost. */
#define INTERVAL_MS (WESTERLY_WAIT_MS / 4)

/* By channel. */
static struct {
	const struct k_thread *thread;
	uint32_t reported; /* ms */
} watched[CONFIG_TASK_WDT_CHANNELS];

static bool started;

/* Called by the timer's interrupt. */
static void stopped(int channel, void *thread)
{
	ARG_UNUSED(channel);
	westerly_crash_stopped(thread);
}

static uint32_t period_of(k_tid_t thread)
{
	int priority = k_thread_priority_get(thread);

	if (priority < 0) {
		return CONFIG_WESTERLY_WATCHDOG_MS;
	}
	return priority <= CONFIG_MAIN_THREAD_PRIORITY ? CONFIG_WESTERLY_WATCHDOG_MS / 2 * 3
						       : CONFIG_WESTERLY_WATCHDOG_MS * 2;
}

/* The thread's channel, or -1. */
static int channel_of(const struct k_thread *thread)
{
	for (int channel = 0; channel < (int)ARRAY_SIZE(watched); channel++) {
		if (watched[channel].thread == thread) {
			return channel;
		}
	}
	return -1;
}

static void watch(k_tid_t thread)
{
	if (!started || channel_of(thread) >= 0) {
		return;
	}
	k_sched_lock();

	int channel = task_wdt_add(period_of(thread), stopped, thread);

	if (channel >= 0) {
		watched[channel].thread = thread;
		watched[channel].reported = k_uptime_get_32();
	}
	k_sched_unlock();
	if (channel < 0) {
		printk("watchdog: no channel for %s\n", k_thread_name_get(thread));
	}
}

void westerly_watchdog_join(void)
{
	watch(k_current_get());
}

void westerly_watchdog_report(void)
{
	int channel = channel_of(k_current_get());
	uint32_t now = k_uptime_get_32();

	if (channel >= 0 && now - watched[channel].reported >= INTERVAL_MS) {
		watched[channel].reported = now;
		(void)task_wdt_feed(channel);
	}
}

#ifdef CONFIG_WESTERLY_LOG
/* Of westerly-defmt: its thread asks how often it should call this. */
uint32_t westerly_defmt_alive(void)
{
	westerly_watchdog_join();
	westerly_watchdog_report();
	return WESTERLY_WAIT_MS;
}
#endif

static void on_queue(struct k_work *work)
{
	westerly_watchdog_report();
	(void)k_work_schedule(k_work_delayable_from_work(work), WESTERLY_WAIT);
}

static K_WORK_DELAYABLE_DEFINE(queue_lives, on_queue);

static int start(void)
{
	const struct device *hardware = NULL;

#ifdef CONFIG_TASK_WDT_HW_FALLBACK
	hardware = DEVICE_DT_GET_OR_NULL(DT_ALIAS(watchdog0));
	if (hardware != NULL && !device_is_ready(hardware)) {
		hardware = NULL;
	}
#endif
	if (task_wdt_init(hardware) != 0 && task_wdt_init(NULL) != 0) {
		printk("watchdog: does not start\n");
		return 0;
	}
	started = true;
	watch(k_work_queue_thread_get(&k_sys_work_q));
	(void)k_work_schedule(&queue_lives, WESTERLY_WAIT);
	return 0;
}

SYS_INIT(start, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);
