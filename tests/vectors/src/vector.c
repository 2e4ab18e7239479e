/* SPDX-License-Identifier: Apache-2.0 */

/* What Rust calls. */

#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

void vector_print(uint8_t character)
{
	printk("%c", character);
}

FUNC_NORETURN void vector_panicked(void)
{
	/* Ends the case, and with it this thread. */
	ztest_test_fail();
	k_panic();
	CODE_UNREACHABLE;
}
