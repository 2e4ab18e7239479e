/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The numbers that Zephyr's network stack gives to packets, ports and DHCP's transactions. QEMU's mps2-an385 has no source of
 * random bytes. Zephyr's own substitute (CONFIG_TEST_RANDOM_GENERATOR) is one for everybody who asks; this one is not offered
 * as a generator, so that nothing secret is ever made of it: whoever asks for secure bytes does not link.
 */

#include <stdint.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>

/* Knuth's, of numbers that differ from each other in their low bits. */
#define SPREAD 2654435761u

void z_impl_sys_rand_get(void *into, size_t size)
{
	static uint32_t calls;
	uint8_t *bytes = into;

	while (size > 0) {
		uint32_t number = (k_cycle_get_32() + ++calls) * SPREAD;
		size_t part = MIN(size, sizeof(number));

		memcpy(bytes, &number, part);
		bytes += part;
		size -= part;
	}
}
