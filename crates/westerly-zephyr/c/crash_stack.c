/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Return addresses on a stack, for the processors of which somebody knows what one looks like.
 */

#include <zephyr/linker/linker-defs.h>
#include <zephyr/sys/util.h>

#include "crash.h"

bool westerly_crash_is_code(uintptr_t address)
{
	return address >= (uintptr_t)__text_region_start && address < (uintptr_t)__text_region_end;
}

void westerly_crash_addresses(struct westerly_crash *crash, uintptr_t start, uintptr_t end,
			      bool (*is_return_address)(uintptr_t word))
{
	uintptr_t last = 0;

	for (uintptr_t at = ROUND_UP(start, sizeof(uintptr_t));
	     at < end && crash->addresses < WESTERLY_CRASH_STACK; at += sizeof(uintptr_t)) {
		uintptr_t word = *(const uintptr_t *)at;

		/* Once is enough: what has overflowed a stack is often one function that calls itself. */
		if (is_return_address(word) && word != last) {
			crash->stack[crash->addresses++] = word;
			last = word;
		}
	}
}
