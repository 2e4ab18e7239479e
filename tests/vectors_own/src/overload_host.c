/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of overload.c that is built with the host's C library.
 */

#include <stdint.h>
#include <time.h>

uint64_t overload_host_nanoseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}
