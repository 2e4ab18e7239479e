/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * BME280, after Bosch's data sheet BST-BME280-DS002: the memory map of section 5.3 (table 18), the registers of 5.4, the
 * trimming values of 4.2.2 (table 16), writing in pairs of register and value and reading on from a register (6.2), forced
 * mode (3.3.3), and the typical time of a measurement (appendix B, 9.1). No filter and no interface over SPI.
 *
 * Temperature and pressure are trimmed like the example of Bosch's BMP280 data sheet (BST-BMP280-DS001, 3.12), which gives the
 * results, too.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>

#include "i2c_part.h"
#include "parts.h"
#include "timer.h"

#define NODE DT_NODELABEL(part_bme280)

#define TRIMMING_1 0x88
#define ID 0xd0
#define RESET 0xe0
#define TRIMMING_2 0xe1
#define CTRL_HUM 0xf2
#define STATUS 0xf3
#define CTRL_MEAS 0xf4
#define CONFIG 0xf5
#define DATA 0xf7

#define RESET_WORD 0xb6
#define MODE 0x03
#define SLEEP 0
#define FORCED_1 1
#define FORCED_2 2
#define MEASURING 0x08

/* Table 1: the time from power-on or reset to the first communication. */
#define STARTUP_US 2000

static uint8_t memory[256];
static uint8_t pointer;
static uint8_t humidity_oversampling; /* that of CTRL_HUM, as of the latest write to CTRL_MEAS */
static uint32_t to_measure_temperature;
static uint32_t to_measure_pressure;
static uint16_t to_measure_humidity;
static struct timer starting;
static struct timer measuring;

static void put_trimming(void)
{
	static const uint16_t first[] = {
		27504, 26435, (uint16_t)-1000,                                           /* T1 to T3 */
		36477, (uint16_t)-10685, 3024, 2855, 140, (uint16_t)-7, 15500, (uint16_t)-14600, 6000, /* P1 to P9 */
	};
	/* H2 = 370, H3 = 0, H4 = 313, H5 = 50, H6 = 30; 0xe5 holds the low four bits of both H4 and H5. */
	static const uint8_t second[] = {370 & 0xff, 370 >> 8, 0, 313 >> 4, (313 & 0xf) | (50 & 0xf) << 4, 50 >> 4, 30};

	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		sys_put_le16(first[i], &memory[TRIMMING_1 + 2 * i]);
	}
	memory[0xa1] = 75; /* H1 */
	memcpy(&memory[TRIMMING_2], second, sizeof(second));
}

static void put_data(uint32_t temperature, uint32_t pressure, uint16_t humidity)
{
	sys_put_be24(pressure << 4, &memory[DATA]);
	sys_put_be24(temperature << 4, &memory[DATA + 3]);
	sys_put_be16(humidity, &memory[DATA + 6]);
}

static void reset(void)
{
	memset(&memory[CTRL_HUM], 0, CONFIG + 1 - CTRL_HUM);
	humidity_oversampling = 0;
	put_data(0x80000, 0x80000, 0x8000);
}

void bme280_power_on(uint32_t temperature, uint32_t pressure, uint16_t humidity, uint8_t chip)
{
	memset(memory, 0, sizeof(memory));
	memory[ID] = chip;
	put_trimming();
	reset();
	pointer = 0;
	starting.runs = false;
	to_measure_temperature = temperature;
	to_measure_pressure = pressure;
	to_measure_humidity = humidity;
}

uint8_t bme280_register(uint8_t address)
{
	return memory[address];
}

/* How often a quantity is sampled: osrs 0 is not at all, 5 and more are 16 times. */
static uint32_t samples(uint8_t osrs)
{
	return osrs == 0 ? 0 : 1U << (MIN(osrs, 5) - 1);
}

static void start_measuring(void)
{
	uint32_t temperature = samples(memory[CTRL_MEAS] >> 5);
	uint32_t pressure = samples((memory[CTRL_MEAS] >> 2) & 0x07);
	uint32_t humidity = samples(humidity_oversampling);
	uint32_t duration = 1000 + 2000 * temperature + (pressure > 0 ? 2000 * pressure + 500 : 0) +
			    (humidity > 0 ? 2000 * humidity + 500 : 0);

	memory[STATUS] |= MEASURING;
	timer_start(&measuring, duration);
}

/* Sleeps again after the measurement. */
static void finish_measuring(void)
{
	if ((memory[STATUS] & MEASURING) == 0 || timer_runs(&measuring)) {
		return;
	}
	memory[STATUS] &= ~MEASURING;
	memory[CTRL_MEAS] &= ~MODE;
	/* What is not sampled reads as after a reset. */
	put_data((memory[CTRL_MEAS] >> 5) != 0 ? to_measure_temperature : 0x80000,
		 ((memory[CTRL_MEAS] >> 2) & 0x07) != 0 ? to_measure_pressure : 0x80000,
		 humidity_oversampling != 0 ? to_measure_humidity : 0x8000);
}

static void set(uint8_t address, uint8_t value)
{
	switch (address) {
	case RESET:
		if (value == RESET_WORD) {
			reset();
			timer_start(&starting, STARTUP_US);
		}
		break;
	case CTRL_HUM:
		memory[CTRL_HUM] = value & 0x07;
		break;
	case CTRL_MEAS:
		memory[CTRL_MEAS] = value;
		humidity_oversampling = memory[CTRL_HUM];
		if ((value & MODE) == FORCED_1 || (value & MODE) == FORCED_2) {
			start_measuring();
		}
		break;
	case CONFIG:
		memory[CONFIG] = value;
		break;
	default:
		/* Read only. */
		break;
	}
}

static int write(const uint8_t *bytes, size_t length)
{
	if (timer_runs(&starting)) {
		return -EIO;
	}
	finish_measuring();
	if (length > 0) {
		pointer = bytes[0];
	}
	for (size_t i = 0; i + 1 < length; i += 2) {
		set(bytes[i], bytes[i + 1]);
	}
	return 0;
}

static int read(uint8_t *bytes, size_t length)
{
	if (timer_runs(&starting)) {
		return -EIO;
	}
	finish_measuring();
	for (size_t i = 0; i < length; i++) {
		bytes[i] = memory[pointer];
		pointer++;
	}
	return 0;
}

static const struct i2c_part part = {.write = write, .read = read};

I2C_PART_DEFINE(NODE, &part);
