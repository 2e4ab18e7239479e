/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * LM75: the registers of National Semiconductor's (now TI's) LM75 data sheet, "Internal register structure" and "Pointer
 * register": a pointer (two bits), temperature (9 bits, two's complement, 0.5 degrees a bit, in the high end of 16),
 * configuration (8 bits), hysteresis (75 degrees at power-on) and overtemperature (80 degrees).
 */

#include <errno.h>

#include <zephyr/sys/byteorder.h>

#include "i2c_part.h"
#include "parts.h"

#define NODE DT_NODELABEL(part_lm75)

enum {
	TEMPERATURE,
	CONFIGURATION,
	HYSTERESIS,
	OVERTEMPERATURE,
	REGISTERS,
};

static uint16_t registers[REGISTERS];
static uint8_t pointer;

void lm75_power_on(uint16_t temperature)
{
	pointer = TEMPERATURE;
	registers[TEMPERATURE] = temperature;
	registers[CONFIGURATION] = 0;
	registers[HYSTERESIS] = 0x4b00;
	registers[OVERTEMPERATURE] = 0x5000;
}

uint8_t lm75_configuration(void)
{
	return registers[CONFIGURATION];
}

uint16_t lm75_overtemperature(void)
{
	return registers[OVERTEMPERATURE];
}

uint16_t lm75_hysteresis(void)
{
	return registers[HYSTERESIS];
}

static int write(const uint8_t *bytes, size_t length)
{
	if (length == 0) {
		return 0;
	}
	pointer = bytes[0] & 0x03;
	if (length == 1) {
		return 0;
	}
	switch (pointer) {
	case CONFIGURATION:
		/* Bits 7 to 5 are for the manufacturer and read as zero. */
		registers[CONFIGURATION] = bytes[1] & 0x1f;
		return 0;
	case HYSTERESIS:
	case OVERTEMPERATURE:
		/* Bits 6 to 0 are not kept. */
		registers[pointer] = length >= 3 ? sys_get_be16(&bytes[1]) & 0xff80 : registers[pointer];
		return 0;
	default:
		/* The temperature can only be read; a byte written to it is acknowledged and lost. */
		return 0;
	}
}

static int read(uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint16_t value = registers[pointer];

		bytes[i] = pointer == CONFIGURATION ? value : (i % 2 == 0 ? value >> 8 : value & 0xff);
	}
	return 0;
}

static const struct i2c_part part = {.write = write, .read = read};

I2C_PART_DEFINE(NODE, &part);
