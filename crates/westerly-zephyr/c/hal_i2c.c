/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/drivers/i2c.h>
#include <zephyr/sys/util.h>

#include "hal.h"

/* Rust fills what Zephyr reads. */
BUILD_ASSERT(sizeof(struct westerly_i2c_message) == sizeof(struct i2c_msg));
BUILD_ASSERT(offsetof(struct westerly_i2c_message, bytes) == offsetof(struct i2c_msg, buf));
BUILD_ASSERT(offsetof(struct westerly_i2c_message, length) == offsetof(struct i2c_msg, len));
BUILD_ASSERT(offsetof(struct westerly_i2c_message, flags) == offsetof(struct i2c_msg, flags));
BUILD_ASSERT(SIZEOF_FIELD(struct westerly_i2c_message, length) == SIZEOF_FIELD(struct i2c_msg, len));
BUILD_ASSERT(SIZEOF_FIELD(struct westerly_i2c_message, flags) == SIZEOF_FIELD(struct i2c_msg, flags));
BUILD_ASSERT(WESTERLY_I2C_READ == I2C_MSG_READ && I2C_MSG_WRITE == 0);
BUILD_ASSERT(WESTERLY_I2C_STOP == I2C_MSG_STOP);
BUILD_ASSERT(WESTERLY_I2C_RESTART == I2C_MSG_RESTART);
BUILD_ASSERT(WESTERLY_I2C_TEN_BITS == I2C_MSG_ADDR_10_BITS);

int westerly_i2c_open(const struct westerly_i2c *i2c)
{
	return device_is_ready(i2c->bus) ? 0 : -WESTERLY_HAL_NOT_READY;
}

int westerly_i2c_transfer(const struct westerly_i2c *i2c, struct westerly_i2c_message *messages, uint8_t count,
			  uint16_t address)
{
	return westerly_hal_error(i2c_transfer(i2c->bus, (struct i2c_msg *)messages, count, address));
}
