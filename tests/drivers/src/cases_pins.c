/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pins on the emulated GPIO controller, and a PWM that remembers what it was told.
 */

#include <errno.h>

#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/pwm.h>
#include <zephyr/drivers/pwm/pwm_fake.h>
#include <zephyr/fff.h>
#include <zephyr/ztest.h>

#include "drivers.h"

DEFINE_FFF_GLOBALS;

static const struct gpio_dt_spec heater = GPIO_DT_SPEC_GET(DT_ALIAS(heater), gpios);
static const struct gpio_dt_spec valve = GPIO_DT_SPEC_GET(DT_NODELABEL(part_valve), gpios);
static const struct gpio_dt_spec door = GPIO_DT_SPEC_GET(DT_ALIAS(door), gpios);

static int level(const struct gpio_dt_spec *pin)
{
	return gpio_emul_output_get(pin->port, pin->pin);
}

ZTEST_SUITE(pins, NULL, NULL, NULL, NULL, NULL);

ZTEST(pins, test_output)
{
	zassert_equal(drivers_heater(true), DONE);
	zassert_equal(level(&heater), 1);
	zassert_equal(drivers_heater(false), DONE);
	zassert_equal(level(&heater), 0);
	zassert_equal(drivers_heater_toggle(), DONE);
	zassert_equal(level(&heater), 1);
}

ZTEST(pins, test_active_low_output)
{
	zassert_equal(drivers_valve_active(true), 0);
	zassert_equal(level(&valve), 0);
	zassert_equal(drivers_valve_active(false), 1);
	zassert_equal(level(&valve), 1);
}

ZTEST(pins, test_input)
{
	gpio_flags_t flags;

	zassert_equal(drivers_door_is_high(), NOT_READY);
	zassert_equal(drivers_door_open(), DONE);
	zassert_ok(gpio_emul_flags_get(door.port, door.pin, &flags));
	zassert_equal(flags & (GPIO_INPUT | GPIO_PULL_UP), GPIO_INPUT | GPIO_PULL_UP);

	/* By the resistor. */
	zassert_equal(drivers_door_is_high(), 1);
	zassert_equal(drivers_door_is_active(), 0);
	zassert_ok(gpio_emul_input_set(door.port, door.pin, 0));
	zassert_equal(drivers_door_is_high(), 0);
	zassert_equal(drivers_door_is_active(), 1);
}

/* 20 ms at a megahertz, in cycles. */
#define PERIOD 20000

static void pulse_is(uint32_t pulse)
{
	zassert_equal(fake_pwm_set_cycles_fake.arg0_val, DEVICE_DT_GET(DT_NODELABEL(part_pwm)));
	zassert_equal(fake_pwm_set_cycles_fake.arg1_val, 3);
	zassert_equal(fake_pwm_set_cycles_fake.arg2_val, PERIOD);
	zassert_equal(fake_pwm_set_cycles_fake.arg3_val, pulse, "%u", fake_pwm_set_cycles_fake.arg3_val);
}

ZTEST(pins, test_pwm)
{
	int32_t full = drivers_fan_duty(0);

	zassert_equal(full, 32768);
	pulse_is(0);
	zassert_equal(drivers_fan_duty(full), full);
	pulse_is(PERIOD);
	zassert_equal(drivers_fan_duty(full / 4), full);
	pulse_is(PERIOD / 4);
	zassert_equal(drivers_fan_percent(50), DONE);
	pulse_is(PERIOD / 2);
	zassert_equal(drivers_fan_duty(1), full);
	pulse_is(0);
	zassert_equal(drivers_fan_duty(2), full);
	pulse_is(1);
}

ZTEST(pins, test_pwm_errors)
{
	zassert_equal(drivers_fan_duty(32769), INVALID);
	zassert_equal(fake_pwm_set_cycles_fake.call_count, 0);
	fake_pwm_set_cycles_fake.return_val = -ENOTSUP;
	zassert_equal(drivers_fan_duty(1), NOT_SUPPORTED);
}
