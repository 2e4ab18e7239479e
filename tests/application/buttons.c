/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A finger for the button under the alias sw0, where its port is emulated: the shell's command `button press` and `button
 * release`, which change the level of the pin as the contact would.
 */

#include <zephyr/devicetree.h>
#include <zephyr/drivers/gpio.h>
#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/shell/shell.h>

static const struct gpio_dt_spec button = GPIO_DT_SPEC_GET(DT_ALIAS(sw0), gpios);

static int set(bool pressed)
{
	bool is_low = (button.dt_flags & GPIO_ACTIVE_LOW) != 0;

	return gpio_emul_input_set(button.port, button.pin, pressed != is_low);
}

static int on_press(const struct shell *shell, size_t count, char **arguments)
{
	ARG_UNUSED(shell);
	ARG_UNUSED(count);
	ARG_UNUSED(arguments);
	return set(true);
}

static int on_release(const struct shell *shell, size_t count, char **arguments)
{
	ARG_UNUSED(shell);
	ARG_UNUSED(count);
	ARG_UNUSED(arguments);
	return set(false);
}

SHELL_STATIC_SUBCMD_SET_CREATE(commands, SHELL_CMD(press, NULL, "Close the contact.", on_press),
			       SHELL_CMD(release, NULL, "Open it.", on_release), SHELL_SUBCMD_SET_END);
SHELL_CMD_REGISTER(button, &commands, "The button sw0.", NULL);
