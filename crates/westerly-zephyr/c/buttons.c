/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Buttons under the aliases sw0 to sw3, through Zephyr's input subsystem: its driver waits until a contact has settled
 * (debounce-interval-ms in the devicetree) and tells each change once.
 */

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/input/input.h>

#include "westerly.h"

#define CODE(alias) DT_PROP(DT_ALIAS(alias), zephyr_code)
#define DEVICE(alias) DEVICE_DT_GET(DT_PARENT(DT_ALIAS(alias)))

static const struct {
	const struct device *device;
	uint16_t code;
	uint8_t number;
} buttons[] = {
#ifdef CONFIG_WESTERLY_TELEMETRY_BUTTON0
	{DEVICE(sw0), CODE(sw0), 0},
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_BUTTON1
	{DEVICE(sw1), CODE(sw1), 1},
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_BUTTON2
	{DEVICE(sw2), CODE(sw2), 2},
#endif
#ifdef CONFIG_WESTERLY_TELEMETRY_BUTTON3
	{DEVICE(sw3), CODE(sw3), 3},
#endif
};

static void on_input(struct input_event *event, void *unused)
{
	ARG_UNUSED(unused);
	for (size_t index = 0; event->type == INPUT_EV_KEY && index < ARRAY_SIZE(buttons); index++) {
		if (event->dev == buttons[index].device && event->code == buttons[index].code) {
			westerly_event_put(buttons[index].number, event->value != 0);
		}
	}
}

INPUT_CALLBACK_DEFINE(NULL, on_input, NULL);
