/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of the crash record that is built with the host's C library. A restart of native_sim begins the program anew in the
 * same process: a file in memory stays open, and the environment says by which number.
 */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define VARIABLE "WESTERLY_CRASH_MEMORY"

/* As crash.h has them, which Zephyr's headers come with. */
void *westerly_crash_host_memory(size_t size);
size_t westerly_crash_host_stack(uintptr_t *addresses, size_t size);

/* By the host's linker. */
extern const char __executable_start[];
extern const char etext[];

static void *mapped(int file, size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *westerly_crash_host_memory(size_t size)
{
	const char *kept = getenv(VARIABLE);
	struct stat found;
	char number[16];
	int file = kept == NULL ? -1 : atoi(kept);

	/* Somebody else's variable: whatever is there, no file of this length. */
	if (file > STDERR_FILENO && fstat(file, &found) == 0 && found.st_size == (off_t)size) {
		return mapped(file, size);
	}
	file = memfd_create("westerly-crash", 0);
	if (file < 0 || ftruncate(file, (off_t)size) != 0) {
		return NULL;
	}
	(void)snprintf(number, sizeof(number), "%d", file);
	(void)setenv(VARIABLE, number, 1);
	return mapped(file, size);
}

static bool is_code(uintptr_t address)
{
	return address >= (uintptr_t)__executable_start && address < (uintptr_t)etext;
}

/* An address behind an instruction that calls. Of calls through a register or memory, those that compilers write. */
static bool is_return_address(uintptr_t word)
{
	if (!is_code(word) || !is_code(word - 8)) {
		return false;
	}
#if defined(__x86_64__)
	const uint8_t *before = (const uint8_t *)word;
	int32_t distance = (int32_t)((uint32_t)before[-4] | (uint32_t)before[-3] << 8 | (uint32_t)before[-2] << 16 |
				     (uint32_t)before[-1] << 24);

	return (before[-5] == 0xe8 && is_code(word + (uintptr_t)(intptr_t)distance)) ||
	       (before[-2] == 0xff && (before[-1] & 0x38) == 0x10) || (before[-3] == 0xff && (before[-2] & 0x38) == 0x10) ||
	       (before[-6] == 0xff && (before[-5] & 0x38) == 0x10);
#elif defined(__aarch64__)
	uint32_t before = ((const uint32_t *)word)[-1];

	return word % 4 == 0 && ((before & 0xfc000000) == 0x94000000 || (before & 0xfffffc1f) == 0xd63f0000);
#else
	return false;
#endif
}

size_t westerly_crash_host_stack(uintptr_t *addresses, size_t size)
{
	const uintptr_t *at = __builtin_frame_address(0);
	pthread_attr_t attributes;
	void *start;
	size_t length;
	size_t count = 0;

	if (pthread_getattr_np(pthread_self(), &attributes) != 0) {
		return 0;
	}
	if (pthread_attr_getstack(&attributes, &start, &length) == 0) {
		const uintptr_t *end = (const uintptr_t *)((char *)start + length);

		for (; at < end && count < size; at++) {
			if (is_return_address(*at)) {
				addresses[count++] = *at;
			}
		}
	}
	(void)pthread_attr_destroy(&attributes);
	return count;
}
