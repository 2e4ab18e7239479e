/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which nodes of the devicetree an application's Rust code uses, one line each in a C file of its own:
 *
 *   #include <westerly_devices.h>
 *
 *   WESTERLY_I2C(sensors, DT_ALIAS(sensor_bus));
 *   WESTERLY_GPIO(heater, DT_ALIAS(heater), gpios);
 *
 * and in Rust device!(I2c, sensors), device!(Output, heater). The kind is part of the symbol's name: to ask for a name as
 * another kind, or for one that no line defines, ends at the linker. See docs/embedded-hal.md.
 */

#ifndef WESTERLY_DEVICES_H
#define WESTERLY_DEVICES_H

#include <stdbool.h>

#include <zephyr/device.h>
#include <zephyr/devicetree.h>

#ifdef CONFIG_I2C
#include <zephyr/drivers/i2c.h>

struct westerly_i2c {
	const struct device *bus;
};

/* An I2C controller. */
#define WESTERLY_I2C(name, node) const struct westerly_i2c westerly_device_i2c_##name = {.bus = DEVICE_DT_GET(node)}
#endif

#ifdef CONFIG_SPI
#include <zephyr/drivers/spi.h>

struct westerly_spi {
	const struct device *bus;
	/*
	 * Two, as drivers know a configuration again by its address: one for transfers in one go, and one that keeps the
	 * chip selected and the bus to itself from one call to the next.
	 */
	struct spi_config whole;
	struct spi_config parts;
	/* An object for it exists. Two at once would both be let in by a bus that is kept. */
	bool *taken;
};

/*
 * A node on an SPI bus: its reg is the chip select, spi-max-frequency, spi-cpol, spi-cpha and the others are its own. The
 * word is 8 bits, the most significant first unless the node says spi-lsb-first.
 */
#define WESTERLY_SPI(name, node)                                                                                       \
	static bool westerly_device_spi_taken_##name;                                                                  \
	const struct westerly_spi westerly_device_spi_##name = {                                                       \
		.bus = DEVICE_DT_GET(DT_BUS(node)),                                                                    \
		.whole = SPI_CONFIG_DT(node, SPI_OP_MODE_MASTER | SPI_WORD_SET(8)),                                 \
		.parts = SPI_CONFIG_DT(node, SPI_OP_MODE_MASTER | SPI_WORD_SET(8) | SPI_HOLD_ON_CS | SPI_LOCK_ON),  \
		.taken = &westerly_device_spi_taken_##name,                                                            \
	}
#endif

#ifdef CONFIG_GPIO
#include <zephyr/drivers/gpio.h>

/* The first pin of a node's property: WESTERLY_GPIO(led, DT_ALIAS(led0), gpios). */
#define WESTERLY_GPIO(name, node, property)                                                                            \
	const struct gpio_dt_spec westerly_device_gpio_##name = GPIO_DT_SPEC_GET(node, property)
#endif

#ifdef CONFIG_PWM
#include <zephyr/drivers/pwm.h>

/* The first channel of a node's property pwms, at the period given there. */
#define WESTERLY_PWM(name, node) const struct pwm_dt_spec westerly_device_pwm_##name = PWM_DT_SPEC_GET(node)
#endif

#ifdef CONFIG_SERIAL
#include <zephyr/drivers/uart.h>

struct westerly_uart {
	const struct device *uart;
};

#define WESTERLY_UART(name, node) const struct westerly_uart westerly_device_uart_##name = {.uart = DEVICE_DT_GET(node)}
#endif

#endif
