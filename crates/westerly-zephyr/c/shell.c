/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * A back end of Zephyr's shell whose terminal is the answer being made.
 *
 * Like the dummy back end that comes with Zephyr it takes commands by call and has no keys. Unlike it, it keeps no copy of
 * what is printed, and counts what does not fit instead of dropping it unsaid.
 */

#include <string.h>

#include <zephyr/init.h>
#include <zephyr/shell/shell.h>
#include <zephyr/sys/util.h>

#include "text.h"
#include "westerly.h"

/* Where output goes; while no command runs it goes nowhere, the prompt at the start among it. */
static struct {
	uint8_t *next;
	size_t room;
	size_t cut;
} terminal;

static int on_init(const struct shell_transport *transport, const void *config, shell_transport_handler_t handler,
		   void *context)
{
	ARG_UNUSED(transport);
	ARG_UNUSED(config);
	ARG_UNUSED(handler);
	ARG_UNUSED(context);
	return 0;
}

static int on_uninit(const struct shell_transport *transport)
{
	ARG_UNUSED(transport);
	return 0;
}

static int on_enable(const struct shell_transport *transport, bool blocking)
{
	ARG_UNUSED(transport);
	ARG_UNUSED(blocking);
	return 0;
}

static int on_write(const struct shell_transport *transport, const void *data, size_t length, size_t *count)
{
	ARG_UNUSED(transport);

	/* Once something was cut, nothing after it: the text must not have a hole. */
	size_t taken = terminal.cut == 0 ? MIN(length, terminal.room) : 0;

	if (taken > 0) {
		memcpy(terminal.next, data, taken);
		terminal.next += taken;
		terminal.room -= taken;
	}
	terminal.cut += length - taken;
	/* All of it, or the shell would wait for room. */
	*count = length;
	return 0;
}

static int on_read(const struct shell_transport *transport, void *data, size_t length, size_t *count)
{
	ARG_UNUSED(transport);
	ARG_UNUSED(data);
	ARG_UNUSED(length);
	*count = 0;
	return 0;
}

static const struct shell_transport_api api = {
	.init = on_init,
	.uninit = on_uninit,
	.enable = on_enable,
	.write = on_write,
	.read = on_read,
};

static struct shell_transport transport = {.api = &api};

SHELL_DEFINE(westerly_shell, "", &transport, 0, 0, SHELL_FLAG_CRLF_DEFAULT);

static int shell_start_up(void)
{
	/* Text only: no colours, and no cursor to move. */
	static const struct shell_backend_config_flags flags = {.echo = 0, .use_colors = 0, .use_vt100 = 0};

	return shell_init(&westerly_shell, NULL, flags, false, 0);
}

SYS_INIT(shell_start_up, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);

int westerly_shell_execute(const char *line, size_t line_length, uint8_t *output, size_t size,
			   struct westerly_shell_output *result)
{
	/* Not on the stack: the commands of a shell need much of it. The server's lock is held, so there is one at a time. */
	static char command[CONFIG_SHELL_CMD_BUFF_SIZE];

	*result = (struct westerly_shell_output){0};
	if (!westerly_text_copy(command, sizeof(command), line, line_length)) {
		return -EINVAL;
	}
	terminal.next = output;
	terminal.room = size;
	terminal.cut = 0;

	int returned = shell_execute_cmd(&westerly_shell, command);

	result->length = size - terminal.room;
	result->cut = terminal.cut;
	/* What another thread of the shell still prints must not land in a buffer that is somebody else's by then. */
	terminal.room = 0;
	terminal.next = NULL;
	return returned;
}
