/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The crate w25q32jv: long transfers over SPI, and pins beside the bus.
 */

#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/ztest.h>

#include "drivers.h"
#include "parts/parts.h"

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	w25q32jv_power_on();
}

ZTEST_SUITE(w25q32jv, NULL, NULL, before, NULL, NULL);

ZTEST(w25q32jv, test_identifier)
{
	zassert_equal(drivers_flash_identifier_byte(0), 0xd1);
	zassert_equal(drivers_flash_identifier_byte(7), 0x1f);
}

ZTEST(w25q32jv, test_writes_and_reads)
{
	/* From the middle of one page to the middle of another. */
	const uint32_t address = W25Q32JV_SECTOR_ADDRESS + 200;

	zassert_equal(drivers_flash_write(address, 1000), DONE);
	zassert_equal(drivers_flash_check(address, 1000), 0);
	zassert_equal(w25q32jv_sector()[199], 0xff);
	zassert_equal(w25q32jv_sector()[1200], 0xff);
	zassert_equal(drivers_flash_erase(address), DONE);
	zassert_equal(w25q32jv_sector()[200], 0xff);
	zassert_true(drivers_flash_check(address, 1000) > 900);
}

ZTEST(w25q32jv, test_worn_out)
{
	w25q32jv_wear_out(0x04);
	zassert_equal(drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 64), READBACK);
}

ZTEST(w25q32jv, test_on_hold)
{
	zassert_equal(drivers_flash_on_hold(), WRITE_ENABLE);
	zassert_equal(drivers_flash_write(W25Q32JV_SECTOR_ADDRESS, 10), DONE);
}

ZTEST(w25q32jv, test_pins_are_high)
{
	const struct gpio_dt_spec protect = GPIO_DT_SPEC_GET(DT_NODELABEL(part_flash), wp_gpios);

	zassert_equal(drivers_flash_identifier_byte(0), 0xd1);
	/* Active low in the devicetree and to the driver crate: it wants the level. */
	zassert_equal(gpio_emul_output_get(protect.port, protect.pin), 1);
}

ZTEST(w25q32jv, test_beyond_the_end)
{
	zassert_equal(drivers_flash_write(4 * 1024 * 1024 - 1, 2), INVALID);
}
