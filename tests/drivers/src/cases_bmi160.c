/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The crate bmi160, over both of its buses.
 */

#include <errno.h>

#include <zephyr/ztest.h>

#include "drivers.h"
#include "parts/i2c_part.h"
#include "parts/parts.h"

static const struct bmi160_values values = {
	.accelerometer = {-32768, 16384, 1},
	.gyroscope = {32767, -2, 300},
	.time = 0x123456,
};

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	bmi160_power_on(false, &values);
	bmi160_power_on(true, &values);
}

ZTEST_SUITE(bmi160, NULL, NULL, before, NULL, NULL);

static void reads(bool spi)
{
	zassert_equal(drivers_bmi160_chip(spi), 0xd1);
	/* Suspended: nothing is measured. */
	zassert_equal(drivers_bmi160_axis(spi, 0), 0);
	zassert_equal(drivers_bmi160_start(spi), DONE);
	zassert_equal(bmi160_register(spi, 0x03), 0x14);
	for (uint8_t axis = 0; axis < 3; axis++) {
		zassert_equal(drivers_bmi160_axis(spi, axis), values.accelerometer[axis]);
		zassert_equal(drivers_bmi160_axis(spi, 3 + axis), values.gyroscope[axis]);
	}
	zassert_equal(drivers_bmi160_time(spi), 0x123456);
}

ZTEST(bmi160, test_over_i2c)
{
	reads(false);
}

ZTEST(bmi160, test_over_spi)
{
	reads(true);
	/* Nothing of it reached the other one. */
	zassert_equal(bmi160_register(false, 0x03), 0x00);
}

ZTEST(bmi160, test_bus_error)
{
	i2c_part_fail_once(-ETIMEDOUT);
	zassert_equal(drivers_bmi160_chip(false), BUS);
}
