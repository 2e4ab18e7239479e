/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The memory helpers that compiled code calls on Arm ("Run-time ABI for the Arm Architecture", section 4.3.4), small.
 *
 * Rust brings its own in compiler_builtins: faster for long blocks, and 1.1 KB. Blocks are short here, and bytes that a
 * peer sends are moved by loops of their own. The linker takes the first definition it meets, which is this one.
 */

#include <stddef.h>
#include <stdint.h>

/* A word anywhere: the compiler knows what the processor can do with one that is not aligned. */
struct word {
	uint32_t value;
} __attribute__((packed, may_alias));

void __aeabi_memcpy(void *to, const void *from, size_t length)
{
	struct word *to_word = to;
	const struct word *from_word = from;

	for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
		*to_word++ = *from_word++;
	}

	uint8_t *to_byte = (uint8_t *)to_word;
	const uint8_t *from_byte = (const uint8_t *)from_word;

	while (length-- > 0) {
		*to_byte++ = *from_byte++;
	}
}

void __aeabi_memset(void *to, size_t length, int value)
{
	struct word *to_word = to;
	uint32_t pattern = 0x01010101U * (uint8_t)value;

	for (; length >= sizeof(struct word); length -= sizeof(struct word)) {
		(to_word++)->value = pattern;
	}

	uint8_t *to_byte = (uint8_t *)to_word;

	while (length-- > 0) {
		*to_byte++ = (uint8_t)value;
	}
}

void __aeabi_memclr(void *to, size_t length)
{
	__aeabi_memset(to, length, 0);
}

/* For blocks whose alignment the caller knows: nothing is gained by it here. */
void __aeabi_memcpy4(void *to, const void *from, size_t length) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memcpy8(void *to, const void *from, size_t length) __attribute__((alias("__aeabi_memcpy")));
void __aeabi_memset4(void *to, size_t length, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memset8(void *to, size_t length, int value) __attribute__((alias("__aeabi_memset")));
void __aeabi_memclr4(void *to, size_t length) __attribute__((alias("__aeabi_memclr")));
void __aeabi_memclr8(void *to, size_t length) __attribute__((alias("__aeabi_memclr")));
