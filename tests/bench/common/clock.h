/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The clock of the measurements: SysTick, counting down freely. Under
 * `qemu-system-arm -icount shift=0` an instruction takes one nanosecond of the
 * machine's time, so a number of clocks is a number of instructions divided by
 * the clock's period; the report's calibration tells that period.
 * Not usable on hardware, where the same difference would be time.
 */

#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>

/* How often a step is repeated between the two markers, where nothing else is said. */
#define BENCH_ITERATIONS 1000U

/*
 * Locks interrupts for good and takes SysTick away from the kernel: from here
 * on nothing but the measured code runs, and the kernel's time stands still.
 * Then reports how many clocks a known number of instructions takes.
 */
void bench_take_over(void);

/* The two markers. The clocks of one measurement may not exceed 24 bits. */
void bench_begin(void);
uint32_t bench_end(void);

/* The lines the script reads; their format is shared by both sides. */
void bench_report(const char *name, const char *step, uint32_t clocks, uint32_t iterations);
void bench_report_bytes(const char *what, const char *name, const uint8_t *bytes, uint32_t length);

/* The last word, after which the script ends the machine. */
void bench_finish(void);
void bench_fail(const char *why);

#endif
