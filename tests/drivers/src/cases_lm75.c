/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The crate lm75, and with it what the bus tells a driver that fails.
 */

#include <errno.h>

#include <zephyr/ztest.h>

#include "drivers.h"
#include "parts/i2c_part.h"
#include "parts/parts.h"

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	lm75_power_on(0x1980);
}

ZTEST_SUITE(lm75, NULL, NULL, before, NULL, NULL);

ZTEST(lm75, test_temperature)
{
	zassert_equal(drivers_lm75_temperature(), 25500);
	/* The data sheet's own examples, in its table of temperatures. */
	lm75_power_on(0x7d00);
	zassert_equal(drivers_lm75_temperature(), 125000);
	lm75_power_on(0xff80);
	zassert_equal(drivers_lm75_temperature(), -500);
	lm75_power_on(0xc900);
	zassert_equal(drivers_lm75_temperature(), -55000);
}

ZTEST(lm75, test_limits)
{
	zassert_equal(drivers_lm75_set_limits(60500, -10000), DONE);
	zassert_equal(lm75_overtemperature(), 0x3c80);
	zassert_equal(lm75_hysteresis(), 0xf600);
	/* The driver's own check; the part is as before. */
	zassert_equal(drivers_lm75_set_limits(130000, 0), INVALID);
	zassert_equal(lm75_overtemperature(), 0x3c80);
}

ZTEST(lm75, test_configuration)
{
	zassert_equal(lm75_configuration(), 0x00);
	zassert_equal(drivers_lm75_disable(), DONE);
	zassert_equal(lm75_configuration(), 0x01);
}

ZTEST(lm75, test_nobody_at_the_address)
{
	zassert_equal(drivers_lm75_temperature_at(0x49), NO_ACKNOWLEDGE_UNKNOWN);
}

ZTEST(lm75, test_error_kinds)
{
	static const struct {
		int error;
		int32_t kind;
	} kinds[] = {
		{-EIO, NO_ACKNOWLEDGE_UNKNOWN}, {-ENXIO, NO_ACKNOWLEDGE_ADDRESS}, {-EBUSY, ARBITRATION_LOSS},
		{-EAGAIN, ARBITRATION_LOSS},    {-ETIMEDOUT, BUS},                {-EOVERFLOW, OVERRUN},
		{-ENOBUFS, OVERRUN},            {-EINVAL, INVALID},               {-ERANGE, INVALID},
		{-ENOTSUP, NOT_SUPPORTED},      {-ENOSYS, NOT_SUPPORTED},         {-ENODEV, NOT_READY},
		{-ENOMEM, OTHER},               {-EPERM, OTHER},
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		i2c_part_fail_once(kinds[i].error);
		zassert_equal(drivers_lm75_temperature(), kinds[i].kind, "%d", kinds[i].error);
		/* And the object works on. */
		zassert_equal(drivers_lm75_temperature(), 25500);
	}
}
