/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rust's strings have a length and no NUL at the end; Zephyr's have no length.
 */

#ifndef WESTERLY_TEXT_H
#define WESTERLY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Copies and ends a string. False if it does not fit, or if it has a NUL in it: then it would be another one. */
static inline bool westerly_text_copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size || memchr(from, '\0', length) != NULL) {
		return false;
	}
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

#endif
