/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>

#include <zephyr/kernel.h>

#include "hal.h"

int westerly_hal_error(int result)
{
	if (result >= 0) {
		return result;
	}
	switch (-result) {
	case EIO:
		return -WESTERLY_HAL_INPUT_OUTPUT;
	case ENXIO:
		return -WESTERLY_HAL_NO_ADDRESS;
	case EBUSY:
		return -WESTERLY_HAL_BUSY;
	case EAGAIN:
		return -WESTERLY_HAL_AGAIN;
	case ETIMEDOUT:
		return -WESTERLY_HAL_TIMED_OUT;
	case EOVERFLOW:
	case ENOBUFS:
		return -WESTERLY_HAL_OVERRUN;
	case EINVAL:
	case ERANGE:
		return -WESTERLY_HAL_INVALID;
	case ENOSYS:
	case ENOTSUP:
#if EOPNOTSUPP != ENOTSUP
	case EOPNOTSUPP:
#endif
		return -WESTERLY_HAL_NOT_SUPPORTED;
	case ENODEV:
		return -WESTERLY_HAL_NOT_READY;
	default:
		return -WESTERLY_HAL_OTHER;
	}
}

/*
 * A sleep ends with a tick of the kernel: below one, waiting is as long as asked for instead of up to two ticks. A sleep
 * is not for interrupts, nor for the time before the kernel runs.
 */
static bool may_sleep(void)
{
	return IS_ENABLED(CONFIG_MULTITHREADING) && !k_is_in_isr() && !k_is_pre_kernel();
}

void westerly_delay_microseconds(uint32_t microseconds)
{
	if (microseconds < k_ticks_to_us_ceil32(1) || !may_sleep()) {
		k_busy_wait(microseconds);
		return;
	}
	/* A thread may be woken before its time (k_wakeup()), and a delay must not be short. */
	k_timepoint_t end = sys_timepoint_calc(K_USEC(microseconds));

	do {
		(void)k_sleep(sys_timepoint_timeout(end));
	} while (!sys_timepoint_expired(end));
}

/* What fits in 32 bits of microseconds, with room. */
#define LONGEST_MS 1000000

void westerly_delay_milliseconds(uint32_t milliseconds)
{
	while (milliseconds > LONGEST_MS) {
		westerly_delay_microseconds(LONGEST_MS * USEC_PER_MSEC);
		milliseconds -= LONGEST_MS;
	}
	westerly_delay_microseconds(milliseconds * USEC_PER_MSEC);
}
