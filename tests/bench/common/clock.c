/* SPDX-License-Identifier: Apache-2.0 */

#include "clock.h"

#include <cmsis_core.h>
#include <zephyr/irq.h>
#include <zephyr/sys/printk.h>
#include <zephyr/toolchain.h>

#define CLOCK_MASK SysTick_LOAD_RELOAD_Msk

/* Instructions of calibrate()'s loop. */
#define CALIBRATION_INSTRUCTIONS 2000000U

static uint32_t clock_at_begin;

/*
 * Never inlined, so that their addresses also bound the measured stretch for a
 * tool that counts or traces instructions from outside.
 */
__noinline void bench_begin(void)
{
	clock_at_begin = SysTick->VAL;
}

__noinline uint32_t bench_end(void)
{
	return (clock_at_begin - SysTick->VAL) & CLOCK_MASK;
}

static uint32_t calibrate(void)
{
	uint32_t rounds = CALIBRATION_INSTRUCTIONS / 2U;

	bench_begin();
	__asm__ volatile("1: subs %0, %0, #1\n\t"
			 "bne 1b"
			 : "+r"(rounds)
			 :
			 : "cc");
	return bench_end();
}

void bench_take_over(void)
{
	(void)irq_lock();
	SysTick->CTRL = 0;
	SysTick->LOAD = CLOCK_MASK;
	SysTick->VAL = 0;
	SysTick->CTRL = SysTick_CTRL_CLKSOURCE_Msk | SysTick_CTRL_ENABLE_Msk;

	printk("bench calibration %u %u\n", CALIBRATION_INSTRUCTIONS, calibrate());
}

void bench_report(const char *name, const char *step, uint32_t clocks, uint32_t iterations)
{
	printk("bench measure %s %s %u %u\n", name, step, clocks, iterations);
}

void bench_report_bytes(const char *what, const char *name, const uint8_t *bytes, uint32_t length)
{
	printk("bench %s %s ", what, name);
	for (uint32_t i = 0; i < length; i++) {
		printk("%02x", bytes[i]);
	}
	printk("\n");
}

void bench_finish(void)
{
	printk("bench finished\n");
}

void bench_fail(const char *why)
{
	printk("bench failed: %s\n", why);
}
