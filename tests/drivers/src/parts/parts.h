/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The emulated parts, as the cases set and look at them.
 */

#ifndef PARTS_H
#define PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* LM75: as after power-on, with this in the temperature register. */
void lm75_power_on(uint16_t temperature);
uint8_t lm75_configuration(void);
uint16_t lm75_overtemperature(void);
uint16_t lm75_hysteresis(void);

/* SHTC3: as after power-on, with these to measure. */
void shtc3_power_on(uint16_t temperature, uint16_t humidity);
/* What it sends has a checksum that does not fit. */
void shtc3_damage_checksums(void);
uint8_t shtc3_checksum(const uint8_t *bytes, size_t length);

/* BME280: as after power-on, with these to measure (20, 20 and 16 bits), and this chip identification. */
void bme280_power_on(uint32_t temperature, uint32_t pressure, uint16_t humidity, uint8_t chip);
uint8_t bme280_register(uint8_t address);

/* BMI160, the one on I2C or the one on SPI: as after power-on, with these to measure. */
struct bmi160_values {
	int16_t gyroscope[3];
	int16_t accelerometer[3];
	uint32_t time;
};
void bmi160_power_on(bool spi, const struct bmi160_values *values);
uint8_t bmi160_register(bool spi, uint8_t address);

/* W25Q32JV: as after power-on, and one sector of its array, the rest being erased and not to be written. */
#define W25Q32JV_SECTOR_SIZE 4096
#define W25Q32JV_SECTOR_ADDRESS 0x3000
void w25q32jv_power_on(void);
/* The chip select goes up. By itself it does so after each transfer that does not hold it (SPI_HOLD_ON_CS). */
void w25q32jv_deselect(void);
const uint8_t *w25q32jv_sector(void);
/* These bits of each byte programmed stay as they are. */
void w25q32jv_wear_out(uint8_t bits);

/* The SPI bus that is watched on the way to the W25Q32JV. */
struct watched_spi {
	int calls;
	int held;      /* calls that keep the chip selected and the bus taken */
	int releases;
	const void *configuration; /* of the latest call */
	bool same;     /* all calls and releases were by one configuration */
	size_t transmit_count; /* buffers of the latest call */
	size_t receive_count;
};
extern struct watched_spi watched_spi;
void watched_spi_reset(void);
/* The next call but `calls` ends with this error. */
void watched_spi_fail(int calls, int error);

#endif
