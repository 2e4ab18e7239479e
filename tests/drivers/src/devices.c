/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which nodes of the devicetree the Rust code uses.
 */

#include <westerly_devices.h>

WESTERLY_I2C(sensors, DT_ALIAS(sensor_bus));
WESTERLY_I2C(broken, DT_NODELABEL(part_broken));
WESTERLY_SPI(motion, DT_NODELABEL(part_bmi160_spi));
WESTERLY_SPI(flash, DT_NODELABEL(part_flash));
WESTERLY_SPI(watched, DT_NODELABEL(part_watched_flash));
WESTERLY_GPIO(flash_hold, DT_NODELABEL(part_flash), hold_gpios);
WESTERLY_GPIO(flash_write_protect, DT_NODELABEL(part_flash), wp_gpios);
WESTERLY_GPIO(heater, DT_ALIAS(heater), gpios);
WESTERLY_GPIO(valve, DT_NODELABEL(part_valve), gpios);
WESTERLY_GPIO(door, DT_ALIAS(door), gpios);
WESTERLY_PWM(fan, DT_ALIAS(fan));
WESTERLY_UART(modem, DT_ALIAS(modem));
