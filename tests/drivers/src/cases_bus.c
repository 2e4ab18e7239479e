/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The buses without a driver crate: what a transaction becomes in Zephyr's terms.
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
	w25q32jv_power_on();
	watched_spi_reset();
}

ZTEST_SUITE(bus, NULL, NULL, before, NULL, NULL);

ZTEST(bus, test_i2c_mixed)
{
	/* The part keeps 0x1280 as hysteresis, which two messages of one direction brought it. */
	zassert_equal(drivers_bus_mixed(), 0x12805000);
	const uint8_t flags[] = {0, 0, I2C_MSG_READ | I2C_MSG_RESTART, I2C_MSG_RESTART,
				 I2C_MSG_READ | I2C_MSG_RESTART | I2C_MSG_STOP};

	zassert_equal(i2c_part_latest.count, ARRAY_SIZE(flags));
	zassert_mem_equal(i2c_part_latest.flags, flags, sizeof(flags));
	zassert_equal(i2c_part_latest.address, 0x48);
}

ZTEST(bus, test_i2c_many_operations)
{
	zassert_equal(drivers_bus_operations(8), DONE);
	zassert_equal(i2c_part_latest.count, 8);
	zassert_equal(drivers_bus_operations(9), TOO_MANY_OPERATIONS);
	/* It got no further. */
	zassert_equal(i2c_part_latest.count, 8);
	zassert_equal(drivers_bus_operations(0), DONE);
}

ZTEST(bus, test_i2c_ten_bits)
{
	zassert_equal(drivers_bus_ten_bits(), DONE);
	zassert_equal(i2c_part_latest.flags[0], I2C_MSG_ADDR_10_BITS | I2C_MSG_STOP);
}

ZTEST(bus, test_not_ready)
{
	zassert_equal(drivers_bus_broken(), NOT_READY);
}

ZTEST(bus, test_spi_whole)
{
	drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 10);
	/* An instruction, an address and 6 bytes are 8 buffers: one call, and the chip is let go. */
	int32_t sum = 0;

	for (size_t i = 0; i < 6; i++) {
		sum += w25q32jv_sector()[i];
	}
	zassert_equal(drivers_spi_operations(6), sum);
	zassert_equal(watched_spi.calls, 1);
	zassert_equal(watched_spi.held, 0);
	zassert_equal(watched_spi.releases, 0);
}

ZTEST(bus, test_spi_in_parts)
{
	drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 16);
	int32_t sum = 0;

	for (size_t i = 0; i < 16; i++) {
		sum += w25q32jv_sector()[i];
	}
	zassert_equal(drivers_spi_operations(16), sum);
	zassert_equal(watched_spi.calls, 3);
	zassert_equal(watched_spi.held, 3);
	zassert_equal(watched_spi.releases, 1);
	zassert_true(watched_spi.same);
}

ZTEST(bus, test_spi_delay)
{
	drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 1);
	uint32_t start = k_cycle_get_32();

	zassert_equal(drivers_spi_delay_between(), w25q32jv_sector()[0]);
	zassert_true(k_cyc_to_ns_floor64(k_cycle_get_32() - start) >= 20000);
	zassert_equal(watched_spi.calls, 2);
	zassert_equal(watched_spi.held, 2);
	zassert_equal(watched_spi.releases, 1);
	zassert_true(watched_spi.same);
}

ZTEST(bus, test_spi_error)
{
	watched_spi_fail(0, -EIO);
	zassert_equal(drivers_spi_operations(1), NO_ACKNOWLEDGE_UNKNOWN);
	zassert_equal(watched_spi.releases, 0);
}

ZTEST(bus, test_spi_error_in_parts)
{
	/* The bus is given back all the same, and the next transaction finds it. */
	watched_spi_fail(1, -ETIMEDOUT);
	zassert_equal(drivers_spi_delay_between(), BUS);
	zassert_equal(watched_spi.calls, 2);
	zassert_equal(watched_spi.releases, 1);
	watched_spi_reset();
	zassert_equal(drivers_spi_delay_between(), 0xff);
}

ZTEST(bus, test_spi_uneven)
{
	drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 2);
	zassert_equal(drivers_spi_uneven(), w25q32jv_sector()[0] << 8 | w25q32jv_sector()[1]);
}

ZTEST(bus, test_spi_one_way)
{
	zassert_equal(drivers_spi_one_way(true), DONE);
	zassert_equal(watched_spi.transmit_count, 1);
	zassert_equal(watched_spi.receive_count, 0);
	zassert_equal(drivers_spi_one_way(false), DONE);
	zassert_equal(watched_spi.transmit_count, 0);
	zassert_equal(watched_spi.receive_count, 1);
}

ZTEST(bus, test_spi_taken)
{
	zassert_equal(drivers_spi_taken(), DONE);
}
