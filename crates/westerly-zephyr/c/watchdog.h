/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * For the C files that wait: how long at a time, so that a thread under watch can report in between.
 */

#ifndef WESTERLY_WATCHDOG_H
#define WESTERLY_WATCHDOG_H

#include <zephyr/kernel.h>

#ifdef CONFIG_WESTERLY_WATCHDOG

#define WESTERLY_WAIT_MS (CONFIG_WESTERLY_WATCHDOG_MS / 4)
#define WESTERLY_WAIT    K_MSEC(WESTERLY_WAIT_MS)

/* The calling thread lives: for whoever waits, and for each page of long work. Not from an interrupt. */
void westerly_watchdog_report(void);

#else

#define WESTERLY_WAIT_MS INT32_MAX
#define WESTERLY_WAIT    K_FOREVER

static inline void westerly_watchdog_report(void)
{
}

#endif

#endif
