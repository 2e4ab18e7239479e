/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/drivers/gpio.h>

#include "hal.h"

static int configure(const struct gpio_dt_spec *pin, gpio_flags_t flags)
{
	if (!gpio_is_ready_dt(pin)) {
		return -WESTERLY_HAL_NOT_READY;
	}
	int result = gpio_pin_configure_dt(pin, flags);

	if (result != 0) {
		return westerly_hal_error(result);
	}
	return (pin->dt_flags & GPIO_ACTIVE_LOW) != 0 ? 1 : 0;
}

int westerly_gpio_input(const struct gpio_dt_spec *pin)
{
	return configure(pin, GPIO_INPUT);
}

int westerly_gpio_output(const struct gpio_dt_spec *pin)
{
	return configure(pin, GPIO_OUTPUT_INACTIVE);
}

int westerly_gpio_get(const struct gpio_dt_spec *pin)
{
	return westerly_hal_error(gpio_pin_get_raw(pin->port, pin->pin));
}

int westerly_gpio_set(const struct gpio_dt_spec *pin, bool high)
{
	return westerly_hal_error(gpio_pin_set_raw(pin->port, pin->pin, high ? 1 : 0));
}
