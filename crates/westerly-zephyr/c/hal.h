/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the C side of src/hal/ offers to its Rust side, beside the structures of westerly_devices.h, which Rust passes on
 * and does not look into. The structures here have #[repr(C)] twins in src/hal/ffi.rs.
 */

#ifndef WESTERLY_HAL_H
#define WESTERLY_HAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "westerly_devices.h"

/*
 * Why a driver did not do it, in place of its errno value (whose number is the C library's own). What returns one of these
 * returns it negative. src/hal/error.rs counts them alike, and says which errno values each stands for.
 */
enum westerly_hal_error {
	WESTERLY_HAL_OTHER = 1,
	WESTERLY_HAL_INPUT_OUTPUT,
	WESTERLY_HAL_NO_ADDRESS,
	WESTERLY_HAL_BUSY,
	WESTERLY_HAL_AGAIN,
	WESTERLY_HAL_TIMED_OUT,
	WESTERLY_HAL_OVERRUN,
	WESTERLY_HAL_INVALID,
	WESTERLY_HAL_NOT_SUPPORTED,
	WESTERLY_HAL_NOT_READY,
	WESTERLY_HAL_TAKEN,
};

/* For a negative errno value; everything else as it is. */
int westerly_hal_error(int result);

/* Everything below returns 0 unless it says otherwise, or a negative westerly_hal_error. */

#ifdef CONFIG_I2C
/* As struct i2c_msg. */
struct westerly_i2c_message {
	uint8_t *bytes;
	uint32_t length;
	uint8_t flags;
};

enum westerly_i2c_flags {
	WESTERLY_I2C_READ = 1,
	WESTERLY_I2C_STOP = 2,
	WESTERLY_I2C_RESTART = 4,
	WESTERLY_I2C_TEN_BITS = 8,
};

int westerly_i2c_open(const struct westerly_i2c *i2c);
int westerly_i2c_transfer(const struct westerly_i2c *i2c, struct westerly_i2c_message *messages, uint8_t count,
			  uint16_t address);
#endif

#ifdef CONFIG_SPI
/* As struct spi_buf. */
struct westerly_spi_buffer {
	uint8_t *bytes; /* NULL: nothing in particular is sent, what is received is dropped */
	size_t length;
};

/* A second time only after close. */
int westerly_spi_open(const struct westerly_spi *spi);
void westerly_spi_close(const struct westerly_spi *spi);
/* In parts: the chip stays selected and the bus taken until westerly_spi_release(). */
int westerly_spi_transceive(const struct westerly_spi *spi, bool in_parts, const struct westerly_spi_buffer *transmit,
			    size_t transmit_count, const struct westerly_spi_buffer *receive, size_t receive_count);
int westerly_spi_release(const struct westerly_spi *spi);
#endif

#ifdef CONFIG_GPIO
/* 1 if the devicetree has the pin as active low, else 0. */
int westerly_gpio_input(const struct gpio_dt_spec *pin);
/* The same; the pin is driven to its inactive level. */
int westerly_gpio_output(const struct gpio_dt_spec *pin);
/* The level: 1 is high. */
int westerly_gpio_get(const struct gpio_dt_spec *pin);
int westerly_gpio_set(const struct gpio_dt_spec *pin, bool high);
#endif

#ifdef CONFIG_PWM
/* What stands for a pulse as long as the period. A power of two: dividing by it takes a shift. */
#define WESTERLY_PWM_FULL 32768

int westerly_pwm_open(const struct pwm_dt_spec *pwm);
/* duty: at most WESTERLY_PWM_FULL. */
int westerly_pwm_set(const struct pwm_dt_spec *pwm, uint16_t duty);
#endif

#ifdef CONFIG_SERIAL
/* NULL if the UART's driver did not start. */
const struct device *westerly_uart_device(const struct westerly_uart *uart);
#endif

void westerly_delay_microseconds(uint32_t microseconds);
void westerly_delay_milliseconds(uint32_t milliseconds);

#endif
