/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * SHTC3, after Sensirion's data sheet of it: the 16-bit commands of its sections on sleep and wakeup, measuring, soft reset
 * and the ID register, the times of its table "Timing", the checksum of "Checksum calculation" (CRC-8, polynomial 0x31,
 * initial 0xff; 0xbeef gives 0x92). While it sleeps it acknowledges nothing but the wakeup, and while it measures without
 * clock stretching nothing at all. Of the measurements it knows the four without clock stretching.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/crc.h>

#include "i2c_part.h"
#include "parts.h"
#include "timer.h"

#define NODE DT_NODELABEL(part_shtc3)

#define SLEEP 0xb098
#define WAKEUP 0x3517
#define RESET 0x805d
#define READ_ID 0xefc8
#define MEASURE_TEMPERATURE_FIRST 0x7866
#define MEASURE_HUMIDITY_FIRST 0x58e0
#define MEASURE_LOW_POWER_TEMPERATURE_FIRST 0x609c
#define MEASURE_LOW_POWER_HUMIDITY_FIRST 0x401a

/* Bits 11 and 5 to 0 are those of an SHTC3; the others differ from part to part. */
#define ID 0x0887

/* The longest. */
#define MEASURE_US 12100
#define MEASURE_LOW_POWER_US 800
#define STARTUP_US 240

static uint16_t measured[2]; /* temperature, humidity */
static uint16_t answer[2];
static size_t answer_words;
static bool asleep;
static bool damaged;
static struct timer busy;

void shtc3_power_on(uint16_t temperature, uint16_t humidity)
{
	measured[0] = temperature;
	measured[1] = humidity;
	answer_words = 0;
	asleep = false;
	damaged = false;
	busy.runs = false;
}

void shtc3_damage_checksums(void)
{
	damaged = true;
}

uint8_t shtc3_checksum(const uint8_t *bytes, size_t length)
{
	return crc8(bytes, length, 0x31, 0xff, false);
}

static void measure(bool humidity_first, uint32_t duration)
{
	answer[0] = measured[humidity_first ? 1 : 0];
	answer[1] = measured[humidity_first ? 0 : 1];
	answer_words = 2;
	timer_start(&busy, duration);
}

static int command(uint16_t code)
{
	switch (code) {
	case SLEEP:
		asleep = true;
		return 0;
	case WAKEUP:
	case RESET:
		answer_words = 0;
		asleep = false;
		timer_start(&busy, STARTUP_US);
		return 0;
	case READ_ID:
		answer[0] = ID;
		answer_words = 1;
		return 0;
	case MEASURE_TEMPERATURE_FIRST:
	case MEASURE_HUMIDITY_FIRST:
		measure(code == MEASURE_HUMIDITY_FIRST, MEASURE_US);
		return 0;
	case MEASURE_LOW_POWER_TEMPERATURE_FIRST:
	case MEASURE_LOW_POWER_HUMIDITY_FIRST:
		measure(code == MEASURE_LOW_POWER_HUMIDITY_FIRST, MEASURE_LOW_POWER_US);
		return 0;
	default:
		return -EIO;
	}
}

static int write(const uint8_t *bytes, size_t length)
{
	if (timer_runs(&busy) || length != 2) {
		return -EIO;
	}
	uint16_t code = sys_get_be16(bytes);

	return asleep && code != WAKEUP ? -EIO : command(code);
}

static int read(uint8_t *bytes, size_t length)
{
	uint8_t out[6];

	if (timer_runs(&busy) || asleep || answer_words == 0 || length > 3 * answer_words) {
		return -EIO;
	}
	for (size_t i = 0; i < answer_words; i++) {
		sys_put_be16(answer[i], &out[3 * i]);
		out[3 * i + 2] = shtc3_checksum(&out[3 * i], 2) ^ (damaged ? 0x01 : 0);
	}
	memcpy(bytes, out, length);
	answer_words = 0;
	return 0;
}

static const struct i2c_part part = {.write = write, .read = read};

I2C_PART_DEFINE(NODE, &part);
