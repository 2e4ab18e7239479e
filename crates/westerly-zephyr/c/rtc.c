/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The real-time clock, where the devicetree names one by the alias rtc.
 */

#include <errno.h>

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/rtc.h>

#include "westerly.h"

#if defined(CONFIG_RTC) && DT_NODE_HAS_STATUS(DT_ALIAS(rtc), okay)

/* struct rtc_time counts years from here, as C's struct tm does, and months from 0. */
#define FIRST_YEAR 1900
#define NANOSECONDS_IN_MILLISECOND 1000000

static const struct device *const clock = DEVICE_DT_GET(DT_ALIAS(rtc));

int westerly_rtc_get(struct westerly_date_time *time)
{
	struct rtc_time now = {0};

	if (!device_is_ready(clock)) {
		return -ENODEV;
	}

	int error = rtc_get_time(clock, &now);

	if (error != 0) {
		return error;
	}
	*time = (struct westerly_date_time){
		.year = now.tm_year + FIRST_YEAR,
		.month = now.tm_mon + 1,
		.day = now.tm_mday,
		.hour = now.tm_hour,
		.minute = now.tm_min,
		.second = now.tm_sec,
		.millisecond = now.tm_nsec / NANOSECONDS_IN_MILLISECOND,
	};
	return 0;
}

int westerly_rtc_set(const struct westerly_date_time *time)
{
	struct rtc_time now = {
		.tm_year = time->year - FIRST_YEAR,
		.tm_mon = time->month - 1,
		.tm_mday = time->day,
		.tm_hour = time->hour,
		.tm_min = time->minute,
		.tm_sec = time->second,
		.tm_nsec = time->millisecond * NANOSECONDS_IN_MILLISECOND,
		.tm_wday = time->weekday,
		.tm_yday = time->day_of_year,
		.tm_isdst = -1, /* not known, as the RTC API asks */
	};

	if (!device_is_ready(clock)) {
		return -ENODEV;
	}
	return rtc_set_time(clock, &now);
}

#else

int westerly_rtc_get(struct westerly_date_time *time)
{
	ARG_UNUSED(time);
	return -ENODEV;
}

int westerly_rtc_set(const struct westerly_date_time *time)
{
	ARG_UNUSED(time);
	return -ENODEV;
}

#endif
