/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Hands on the emulated devices of native_sim, as commands of the shell: `button press` and `button release` change the level
 * of the pin under the alias sw0 as its contact would, `thermometer cut` and `thermometer join` are done to its wires.
 */

#include <errno.h>

#include <zephyr/devicetree.h>
#include <zephyr/drivers/emul.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/i2c_emul.h>
#include <zephyr/shell/shell.h>

#define COMMAND(name, action)                                                                                          \
	static int name(const struct shell *shell, size_t count, char **arguments)                                     \
	{                                                                                                              \
		ARG_UNUSED(shell);                                                                                     \
		ARG_UNUSED(count);                                                                                     \
		ARG_UNUSED(arguments);                                                                                 \
		return action;                                                                                         \
	}

static const struct gpio_dt_spec button = GPIO_DT_SPEC_GET(DT_ALIAS(sw0), gpios);

static int contact_set(bool pressed)
{
	bool is_low = (button.dt_flags & GPIO_ACTIVE_LOW) != 0;

	return gpio_emul_input_set(button.port, button.pin, pressed != is_low);
}

static int no_answer(const struct emul *target, struct i2c_msg *messages, int count, int address)
{
	ARG_UNUSED(target);
	ARG_UNUSED(messages);
	ARG_UNUSED(count);
	ARG_UNUSED(address);
	return -EIO;
}

static int wires_set(bool joined)
{
	static struct i2c_emul_api cut = {.transfer = no_answer};
	const struct emul *thermometer = EMUL_DT_GET(DT_ALIAS(ambient_temp0));

	thermometer->bus.i2c->mock_api = joined ? NULL : &cut;
	return 0;
}

COMMAND(on_press, contact_set(true))
COMMAND(on_release, contact_set(false))
COMMAND(on_cut, wires_set(false))
COMMAND(on_join, wires_set(true))

SHELL_STATIC_SUBCMD_SET_CREATE(button_commands, SHELL_CMD(press, NULL, "Close the contact.", on_press),
			       SHELL_CMD(release, NULL, "Open it.", on_release), SHELL_SUBCMD_SET_END);
SHELL_CMD_REGISTER(button, &button_commands, "The button sw0.", NULL);

SHELL_STATIC_SUBCMD_SET_CREATE(thermometer_commands, SHELL_CMD(cut, NULL, "It answers no more.", on_cut),
			       SHELL_CMD(join, NULL, "It answers again.", on_join), SHELL_SUBCMD_SET_END);
SHELL_CMD_REGISTER(thermometer, &thermometer_commands, "The thermometer.", NULL);
