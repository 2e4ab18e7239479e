/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * BMI160, after Bosch's data sheet BST-BMI160-DS000: the register map of section 2.11, data that stay at zero until the
 * sensor is in normal mode (2.2), the commands of register CMD, reading on from a register on both buses (3.2), and SPI only
 * after a rising edge of the chip select, to which the data sheet dedicates a read that says nothing (3.2.1).
 */

#include <string.h>

#include <zephyr/drivers/spi.h>
#include <zephyr/drivers/spi_emul.h>
#include <zephyr/sys/byteorder.h>

#include "i2c_part.h"
#include "parts.h"
#include "spi_buffers.h"

#define CHIP_ID 0x00
#define PMU_STATUS 0x03
#define GYROSCOPE 0x0c
#define ACCELEROMETER 0x12
#define SENSOR_TIME 0x18
#define ACC_RANGE 0x41
#define GYR_RANGE 0x43
#define CMD 0x7e
#define REGISTERS 0x80

#define ID 0xd1

#define ACC_SET_PMU_MODE 0x10 /* the mode is in the low two bits */
#define GYR_SET_PMU_MODE 0x14
#define SOFT_RESET 0xb6
#define NORMAL 1

#define SPI_READ 0x80

struct chip {
	uint8_t memory[REGISTERS];
	struct bmi160_values values;
	uint8_t pointer;
	bool on_spi;
};

static struct chip chips[2];

static void reset(struct chip *chip)
{
	memset(chip->memory, 0, sizeof(chip->memory));
	chip->memory[CHIP_ID] = ID;
	chip->memory[ACC_RANGE] = 0x03; /* 2 g */
	chip->on_spi = false;
}

void bmi160_power_on(bool spi, const struct bmi160_values *values)
{
	chips[spi].values = *values;
	reset(&chips[spi]);
}

uint8_t bmi160_register(bool spi, uint8_t address)
{
	return chips[spi].memory[address];
}

static void set_mode(struct chip *chip, uint8_t shift, uint8_t mode)
{
	chip->memory[PMU_STATUS] = (chip->memory[PMU_STATUS] & ~(3 << shift)) | mode << shift;
}

/* The sensors that measure have new values. */
static void measure(struct chip *chip)
{
	for (size_t axis = 0; axis < 3; axis++) {
		if (((chip->memory[PMU_STATUS] >> 4) & 3) == NORMAL) {
			sys_put_le16(chip->values.accelerometer[axis], &chip->memory[ACCELEROMETER + 2 * axis]);
		}
		if (((chip->memory[PMU_STATUS] >> 2) & 3) == NORMAL) {
			sys_put_le16(chip->values.gyroscope[axis], &chip->memory[GYROSCOPE + 2 * axis]);
		}
	}
	sys_put_le24(chip->values.time, &chip->memory[SENSOR_TIME]);
}

static void set(struct chip *chip, uint8_t address, uint8_t value)
{
	switch (address) {
	case ACC_RANGE:
	case GYR_RANGE:
		chip->memory[address] = value & 0x0f;
		break;
	case CMD:
		if (value == SOFT_RESET) {
			reset(chip);
		} else if ((value & ~3) == ACC_SET_PMU_MODE) {
			set_mode(chip, 4, value & 3);
		} else if ((value & ~3) == GYR_SET_PMU_MODE) {
			set_mode(chip, 2, value & 3);
		}
		break;
	default:
		/* Not of use here, or read only. */
		break;
	}
}

static uint8_t next(struct chip *chip)
{
	uint8_t value = chip->memory[chip->pointer % REGISTERS];

	chip->pointer++;
	return value;
}

static int write_registers(const uint8_t *bytes, size_t length)
{
	struct chip *chip = &chips[false];

	if (length > 0) {
		chip->pointer = bytes[0];
	}
	for (size_t i = 1; i < length; i++) {
		set(chip, chip->pointer, bytes[i]);
		chip->pointer++;
	}
	return 0;
}

static int read_registers(uint8_t *bytes, size_t length)
{
	measure(&chips[false]);
	for (size_t i = 0; i < length; i++) {
		bytes[i] = next(&chips[false]);
	}
	return 0;
}

static int spi_io(const struct emul *target, const struct spi_config *configuration, const struct spi_buf_set *transmit,
		  const struct spi_buf_set *receive)
{
	struct chip *chip = &chips[true];
	size_t length = MAX(spi_buffers_length(transmit), spi_buffers_length(receive));
	uint8_t first = 0;

	ARG_UNUSED(target);
	ARG_UNUSED(configuration);
	measure(chip);
	for (size_t i = 0; i < length; i++) {
		const uint8_t *in = spi_buffers_at(transmit, i);
		uint8_t *out = spi_buffers_at(receive, i);
		uint8_t byte = in == NULL ? 0 : *in;
		uint8_t answer = 0;

		if (i == 0) {
			first = byte;
			chip->pointer = byte & 0x7f;
		} else if (!chip->on_spi) {
			/* It listens to the other bus. */
		} else if ((first & SPI_READ) != 0) {
			answer = next(chip);
		} else {
			set(chip, chip->pointer, byte);
			chip->pointer++;
		}
		if (out != NULL) {
			*out = answer;
		}
	}
	chip->on_spi = true;
	return 0;
}

static const struct i2c_part part = {.write = write_registers, .read = read_registers};
static const struct spi_emul_api spi_api = {.io = spi_io};

I2C_PART_DEFINE(DT_NODELABEL(part_bmi160), &part);

DEVICE_DT_DEFINE(DT_NODELABEL(part_bmi160_spi), NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE, NULL);
EMUL_DT_DEFINE(DT_NODELABEL(part_bmi160_spi), i2c_part_init, NULL, NULL, &spi_api, NULL);
