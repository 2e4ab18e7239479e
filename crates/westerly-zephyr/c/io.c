/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The devicetree's outputs (children of gpio-leds) and inputs (children of gpio-keys), in that order, which is the order of
 * the devicetree within each. Nothing else of the application drives the outputs.
 */

#include <errno.h>

#include <zephyr/devicetree.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "westerly.h"

struct line {
	struct gpio_dt_spec pin;
	const char *name;
};

#define LINE(node)                                                                                                     \
	{                                                                                                              \
		.pin = GPIO_DT_SPEC_GET(node, gpios),                                                                  \
		.name = DT_PROP_OR(node, label, DT_NODE_FULL_NAME(node)),                                              \
	},
#define LINES(node) DT_FOREACH_CHILD_STATUS_OKAY(node, LINE)
#define COUNT(node) +DT_CHILD_NUM_STATUS_OKAY(node)

#define OUTPUTS (0 DT_FOREACH_STATUS_OKAY(gpio_leds, COUNT))
#define INPUTS (0 DT_FOREACH_STATUS_OKAY(gpio_keys, COUNT))

/* One more: a board without any would have an array of none. */
static const struct line lines[OUTPUTS + INPUTS + 1] = {
	DT_FOREACH_STATUS_OKAY(gpio_leds, LINES)
	DT_FOREACH_STATUS_OKAY(gpio_keys, LINES)
};

struct output {
	struct k_work_delayable off;
	int64_t until; /* uptime in ms at which its pulse ends; 0 without one */
	bool ready;
	bool can_be_read;
	bool written;
};

static struct output outputs[OUTPUTS + 1];
/* Between a pulse's end, which the system's work queue brings, and whoever writes at that moment. */
static K_MUTEX_DEFINE(lock);

BUILD_ASSERT(OUTPUTS + INPUTS <= UINT8_MAX);

static bool is_output(uint8_t index)
{
	return index < OUTPUTS;
}

/* Called with the lock held, or before anybody else calls. */
static int set(uint8_t index, bool value)
{
	int error = outputs[index].ready ? gpio_pin_set_dt(&lines[index].pin, value) : -ENODEV;

	if (error == 0) {
		outputs[index].written = value;
	}
	return error;
}

static void pulse_end(struct k_work *work)
{
	struct output *output = CONTAINER_OF(k_work_delayable_from_work(work), struct output, off);

	(void)k_mutex_lock(&lock, K_FOREVER);
	/* A write or another pulse may have come since the work queue took this up. */
	if (output->until != 0 && k_uptime_get() >= output->until) {
		output->until = 0;
		(void)set((uint8_t)(output - outputs), false);
	}
	(void)k_mutex_unlock(&lock);
}

static bool configure(const struct gpio_dt_spec *pin, gpio_flags_t flags)
{
	return gpio_is_ready_dt(pin) && gpio_pin_configure_dt(pin, flags) == 0;
}

void westerly_io_start(void)
{
	for (uint8_t index = 0; index < OUTPUTS; index++) {
		const struct gpio_dt_spec *pin = &lines[index].pin;
		struct output *output = &outputs[index];

		k_work_init_delayable(&output->off, pulse_end);
		/* Some controllers cannot tell an output's level. Then what was last written has to do. */
		output->can_be_read = configure(pin, GPIO_OUTPUT_INACTIVE | GPIO_INPUT);
		output->ready = output->can_be_read || configure(pin, GPIO_OUTPUT_INACTIVE);
		/* Once more: gpio_stellaris writes the level before the direction, which the port then ignores. */
		(void)set(index, false);
	}
	/* The input driver has configured its pins, and their interrupts. */
	for (uint8_t index = OUTPUTS; !IS_ENABLED(CONFIG_INPUT_GPIO_KEYS) && index < OUTPUTS + INPUTS; index++) {
		(void)configure(&lines[index].pin, GPIO_INPUT);
	}
}

const char *westerly_io_line(uint8_t index, bool *output)
{
	if (index >= OUTPUTS + INPUTS) {
		return NULL;
	}
	*output = is_output(index);
	return lines[index].name;
}

int westerly_io_read(uint8_t index)
{
	if (index >= OUTPUTS + INPUTS) {
		return -WESTERLY_NOT_FOUND;
	}
	if (!is_output(index) || outputs[index].can_be_read) {
		const struct gpio_dt_spec *pin = &lines[index].pin;

		return gpio_is_ready_dt(pin) ? westerly_error(gpio_pin_get_dt(pin)) : -WESTERLY_NO_DEVICE;
	}
	return outputs[index].ready ? outputs[index].written : -WESTERLY_NO_DEVICE;
}

int westerly_io_write(uint8_t index, bool value)
{
	if (!is_output(index)) {
		return index < OUTPUTS + INPUTS ? -WESTERLY_READ_ONLY : -WESTERLY_NOT_FOUND;
	}
	(void)k_mutex_lock(&lock, K_FOREVER);
	outputs[index].until = 0;
	(void)k_work_cancel_delayable(&outputs[index].off);

	int error = set(index, value);

	(void)k_mutex_unlock(&lock);
	return westerly_error(error);
}

int westerly_io_pulse(uint8_t index, uint32_t milliseconds)
{
	if (!is_output(index)) {
		return index < OUTPUTS + INPUTS ? -WESTERLY_READ_ONLY : -WESTERLY_NOT_FOUND;
	}
	(void)k_mutex_lock(&lock, K_FOREVER);

	int error = set(index, true);

	if (error == 0) {
		outputs[index].until = k_uptime_get() + milliseconds;
		(void)k_work_reschedule(&outputs[index].off, K_MSEC(milliseconds));
	}
	(void)k_mutex_unlock(&lock);
	return westerly_error(error);
}
