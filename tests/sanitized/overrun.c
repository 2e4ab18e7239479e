/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The shell's command `overrun`: what C does wrong, on request, so that the sanitizers show that they would see it.
 *
 *   overrun global|stack NUMBER   writes to that place of an array of eight
 *   overrun shift NUMBER          shifts a 32 bit number so far to the left
 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/shell/shell.h>

#define PLACES 8

static volatile uint8_t global[PLACES];

static int command(const struct shell *shell, size_t count, char **arguments)
{
	volatile uint8_t stack[PLACES] = {0};
	/* Behind pointers, so that the size of the array is known to the address sanitizer alone. */
	volatile uint8_t *volatile there = strcmp(arguments[1], "global") == 0 ? global : stack;
	volatile int place = atoi(arguments[2]);
	volatile int32_t number = 1;

	if (strcmp(arguments[1], "shift") == 0) {
		number = number << place;
	} else {
		there[place] = 1;
	}
	shell_print(shell, "%d", (int)(stack[0] + global[0] + (number != 0)));
	return 0;
}

SHELL_CMD_ARG_REGISTER(overrun, NULL, "What C does wrong, for tests", command, 3, 0);
