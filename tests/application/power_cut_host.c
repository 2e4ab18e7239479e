/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The part of power_cut.c that is built with the host's C library.
 */

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int power_cut_make_writable(void *object, unsigned long size)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)object / page * page;

	return mprotect((void *)start, (uintptr_t)object + size - start, PROT_READ | PROT_WRITE);
}
