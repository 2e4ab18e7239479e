/* SPDX-License-Identifier: Apache-2.0 */

/* The case that calls a vector's function in Rust. */

#ifndef WESTERLY_VECTOR_H_
#define WESTERLY_VECTOR_H_

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

/* Not zassert_true: its texts took 70 KB, more than a small board has to spare, and Rust prints what differs anyway. */
#define VECTOR(suite, name)                                                                                            \
	{                                                                                                              \
		extern bool vector_##suite##_##name(void);                                                             \
		if (!vector_##suite##_##name()) {                                                                      \
			ztest_test_fail();                                                                             \
		}                                                                                                      \
	}

#endif
