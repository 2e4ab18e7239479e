/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The crate shtcx. The part answers nothing while it measures, so a delay that is short fails these cases.
 */

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include "drivers.h"
#include "parts/parts.h"

/* What the data sheet's formulas make of them: -45 + 175 * 0x6480 / 65536 degrees, 100 * 0xa7a0 / 65536 percent. */
#define TEMPERATURE 0x6480
#define MILLIDEGREES 23701
#define HUMIDITY 0xa7a0
#define MILLIPERCENT 65478

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	shtc3_power_on(TEMPERATURE, HUMIDITY);
}

ZTEST_SUITE(shtc3, NULL, NULL, before, NULL, NULL);

ZTEST(shtc3, test_checksum_of_the_data_sheet)
{
	zassert_equal(shtc3_checksum((const uint8_t[]){0xbe, 0xef}, 2), 0x92);
}

ZTEST(shtc3, test_identifier)
{
	zassert_equal(drivers_shtc3_identifier(), 0x47);
}

ZTEST(shtc3, test_measures)
{
	zassert_within(drivers_shtc3_temperature(), MILLIDEGREES, 1);
	zassert_within(drivers_shtc3_humidity(), MILLIPERCENT, 1);
	zassert_within(drivers_shtc3_humidity_low_power(), MILLIPERCENT, 1);
}

ZTEST(shtc3, test_read_too_early)
{
	zassert_equal(drivers_shtc3_temperature_too_early(), NO_ACKNOWLEDGE_UNKNOWN);
	k_msleep(15);
	zassert_equal(drivers_shtc3_identifier(), 0x47);
}

ZTEST(shtc3, test_wrong_checksum)
{
	shtc3_damage_checksums();
	zassert_equal(drivers_shtc3_temperature(), CHECKSUM);
	zassert_equal(drivers_shtc3_identifier(), CHECKSUM);
}

ZTEST(shtc3, test_sleeps)
{
	zassert_equal(drivers_shtc3_sleep(), DONE);
	zassert_equal(drivers_shtc3_temperature(), NO_ACKNOWLEDGE_UNKNOWN);
	zassert_equal(drivers_shtc3_wake_up(), DONE);
	zassert_within(drivers_shtc3_temperature(), MILLIDEGREES, 1);
}
