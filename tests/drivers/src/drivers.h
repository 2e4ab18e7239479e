/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the Rust side does for the cases. Everything returns a value, or one of these; src/outcome.rs counts them alike.
 */

#ifndef DRIVERS_H
#define DRIVERS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DONE = 0,
	/* embedded-hal's ErrorKind of I2C, by way of the driver crate's error */
	NO_ACKNOWLEDGE_UNKNOWN = INT32_MIN,
	NO_ACKNOWLEDGE_ADDRESS,
	ARBITRATION_LOSS,
	BUS,
	OVERRUN,
	OTHER,
	/* what the driver crates found out themselves */
	CHECKSUM,
	WRONG_CHIP,
	WRITE_ENABLE,
	READBACK,
	/* westerly_zephyr::hal::Error, where embedded-hal says Other */
	NOT_READY,
	TAKEN,
	TOO_MANY_OPERATIONS,
	INVALID,
	NOT_SUPPORTED,
	/* westerly_zephyr::hal::UartError */
	STALLED,
	/* what Rust itself found to be wrong */
	WRONG,
};

/* lm75. Temperatures in thousandths of a degree. */
int32_t drivers_lm75_temperature(void);
int32_t drivers_lm75_temperature_at(uint8_t address);
int32_t drivers_lm75_set_limits(int32_t overtemperature, int32_t hysteresis);
int32_t drivers_lm75_disable(void);

/* shtcx */
int32_t drivers_shtc3_identifier(void);
int32_t drivers_shtc3_temperature(void);
int32_t drivers_shtc3_humidity(void);
int32_t drivers_shtc3_humidity_low_power(void);
int32_t drivers_shtc3_temperature_too_early(void);
int32_t drivers_shtc3_sleep(void);
int32_t drivers_shtc3_wake_up(void);

/* bme280: thousandths of a degree, pascals, thousandths of a percent */
int32_t drivers_bme280_initialise(void);
int32_t drivers_bme280_temperature(void);
int32_t drivers_bme280_pressure(void);
int32_t drivers_bme280_humidity(void);

/* bmi160; axes from 0: accelerometer x, y, z, gyroscope x, y, z */
int32_t drivers_bmi160_chip(bool spi);
int32_t drivers_bmi160_start(bool spi);
int32_t drivers_bmi160_axis(bool spi, uint8_t axis);
int32_t drivers_bmi160_time(bool spi);

/* w25q32jv */
int32_t drivers_flash_identifier_byte(uint8_t index);
int32_t drivers_flash_erase(uint32_t address);
int32_t drivers_flash_write(uint32_t address, uint32_t length);
int32_t drivers_flash_check(uint32_t address, uint32_t length);
int32_t drivers_flash_on_hold(void);

/* the buses without a driver crate */
int32_t drivers_bus_operations(uint8_t count);
int32_t drivers_bus_mixed(void);
int32_t drivers_bus_ten_bits(void);
int32_t drivers_bus_broken(void);
int32_t drivers_spi_delay_between(void);
int32_t drivers_spi_operations(uint8_t count);
int32_t drivers_spi_uneven(void);
int32_t drivers_spi_one_way(bool write);
int32_t drivers_spi_taken(void);

/* pins and PWM */
int32_t drivers_heater(bool high);
int32_t drivers_heater_toggle(void);
int32_t drivers_valve_active(bool active);
int32_t drivers_door_open(void);
int32_t drivers_door_is_high(void);
int32_t drivers_door_is_active(void);
int32_t drivers_fan_duty(uint16_t duty);
int32_t drivers_fan_percent(uint8_t percent);

/* delays */
int32_t drivers_delay_nanoseconds(uint32_t nanoseconds);
int32_t drivers_delay_microseconds(uint32_t microseconds);
int32_t drivers_delay_milliseconds(uint32_t milliseconds);

/* embedded-io; the line is opened once */
int32_t drivers_modem_open(void);
int32_t drivers_modem_write(uint32_t length);
int32_t drivers_modem_echo(uint32_t length);
int32_t drivers_modem_ready(void);

#endif
