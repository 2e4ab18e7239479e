/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sampler's thread, and the queue on which it waits for what does not come by the clock: buttons.
 */

#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>

#include "watchdog.h"
#include "westerly.h"

/* The button of an event that only wakes. */
#define NO_BUTTON UINT8_MAX

K_MSGQ_DEFINE(events, sizeof(struct westerly_event), CONFIG_WESTERLY_TELEMETRY_EVENTS, sizeof(uint64_t));
static atomic_t lost;

void westerly_event_put(uint8_t button, bool pressed)
{
	struct westerly_event event = {.uptime = (uint64_t)k_uptime_get(), .button = button, .pressed = pressed};

	/* Whoever has an event waits for nobody: it may be the system's work queue. */
	if (k_msgq_put(&events, &event, K_NO_WAIT) != 0) {
		(void)atomic_inc(&lost);
	}
}

void westerly_sampler_wake(void)
{
	struct westerly_event event = {.button = NO_BUTTON};

	/* If the queue is full the thread has something to wake for. */
	(void)k_msgq_put(&events, &event, K_NO_WAIT);
}

bool westerly_event_wait(struct westerly_event *event, uint32_t milliseconds)
{
	westerly_watchdog_report();
	/* Who wakes early looks at what is due, and waits again. */
	return k_msgq_get(&events, event, K_MSEC(MIN(milliseconds, WESTERLY_WAIT_MS))) == 0 && event->button != NO_BUTTON;
}

uint32_t westerly_events_lost(void)
{
	return (uint32_t)atomic_clear(&lost);
}

static K_THREAD_STACK_DEFINE(stack, CONFIG_WESTERLY_SAMPLER_STACK_SIZE);
static struct k_thread thread;

static void run(void *entry, void *unused_2, void *unused_3)
{
	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	((void (*)(void))entry)();
}

void westerly_sampler_thread_start(void (*entry)(void))
{
	static atomic_t started_before;

	if (atomic_set(&started_before, 1) != 0) {
		return;
	}

	/* The priority of the transports: neither a client that floods nor a topic of a short period starves the other. */
	k_tid_t started = k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), run, (void *)entry, NULL, NULL,
					  CONFIG_MAIN_THREAD_PRIORITY, 0, K_NO_WAIT);

	(void)k_thread_name_set(started, "westerly_sampler");
}
