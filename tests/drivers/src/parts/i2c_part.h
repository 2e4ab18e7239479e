/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the emulated parts on the I2C bus have in common. A transfer must be as the strictest controllers want it (a restart
 * where the direction changes, a stop at the end and nowhere else), and a part sees what it would see on a wire: messages of
 * one direction in a row are one.
 */

#ifndef I2C_PART_H
#define I2C_PART_H

#include <stddef.h>
#include <stdint.h>

#include <zephyr/device.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/i2c.h>
#include <zephyr/drivers/i2c_emul.h>

/* Return 0, or what the bus reports: -EIO for no acknowledge. */
struct i2c_part {
	int (*write)(const uint8_t *bytes, size_t length);
	int (*read)(uint8_t *bytes, size_t length);
};

/* A part at a node, whose own driver is not in the build: it gives the node its device. */
#define I2C_PART_DEFINE(node, part)                                                                                    \
	DEVICE_DT_DEFINE(node, NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE, NULL);         \
	EMUL_DT_DEFINE(node, i2c_part_init, NULL, part, &i2c_part_api, NULL)

extern const struct i2c_emul_api i2c_part_api;
int i2c_part_init(const struct emul *target, const struct device *parent);

/* The next transfer ends with this error and reaches no part. */
void i2c_part_fail_once(int error);

/* The latest transfer as the controller got it. */
#define I2C_PART_MESSAGES 8
struct i2c_part_record {
	int count;
	int address;
	uint8_t flags[I2C_PART_MESSAGES];
	uint32_t lengths[I2C_PART_MESSAGES];
};
extern struct i2c_part_record i2c_part_latest;

#endif
