/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The crate bme280. The values and results are those of Bosch's example (BST-BMP280-DS001, 3.12); the humidity's result is
 * that of the formula in floating point of BST-BME280-DS002, 8.1.
 */

#include <errno.h>

#include <zephyr/ztest.h>

#include "drivers.h"
#include "parts/i2c_part.h"
#include "parts/parts.h"

#define TEMPERATURE 519888
#define PRESSURE 415148
#define HUMIDITY 30000
#define CHIP 0x60

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	bme280_power_on(TEMPERATURE, PRESSURE, HUMIDITY, CHIP);
}

ZTEST_SUITE(bme280, NULL, NULL, before, NULL, NULL);

ZTEST(bme280, test_measures)
{
	zassert_within(drivers_bme280_temperature(), 25082, 2);
	/* The crate calculates in 32 bits: 24 of mantissa leave some pascals. */
	zassert_within(drivers_bme280_pressure(), 100653, 5);
	zassert_within(drivers_bme280_humidity(), 56206, 5);
}

ZTEST(bme280, test_initialises)
{
	zassert_equal(drivers_bme280_initialise(), DONE);
	/* 1 x humidity, 2 x temperature, 16 x pressure, filter 16; asleep. */
	zassert_equal(bme280_register(0xf2), 0x01);
	zassert_equal(bme280_register(0xf4), 2 << 5 | 5 << 2);
	zassert_equal(bme280_register(0xf5), 4 << 2);
}

ZTEST(bme280, test_wrong_chip)
{
	bme280_power_on(TEMPERATURE, PRESSURE, HUMIDITY, 0x61);
	zassert_equal(drivers_bme280_initialise(), WRONG_CHIP);
	/* And it was left alone. */
	zassert_equal(bme280_register(0xf4), 0x00);
}

ZTEST(bme280, test_bus_error)
{
	i2c_part_fail_once(-EIO);
	zassert_equal(drivers_bme280_temperature(), NO_ACKNOWLEDGE_UNKNOWN);
}
