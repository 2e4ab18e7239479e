/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/kernel.h>
#include <zephyr/sys/printk.h>
#include <zephyr/sys/reboot.h>

#include "crash.h"
#include "westerly.h"

void westerly_reboot(void)
{
#if defined(CONFIG_ARCH_POSIX) && defined(CONFIG_WESTERLY_UDP)
	/* The simulated board starts its program again in the same process, which would still hold the port. */
	westerly_udp_close();
#endif
	sys_reboot(SYS_REBOOT_WARM);
}

#ifndef CONFIG_WESTERLY_CRASH
void westerly_crash_stopped(const struct k_thread *thread)
{
	ARG_UNUSED(thread);
	westerly_reboot();
	CODE_UNREACHABLE;
}
#endif

void westerly_fatal(const char *file, size_t file_length, uint32_t line)
{
	/* The place and not the message: the place is enough to find it, and formatting Rust's messages costs kilobytes. */
	printk("Rust panic at %.*s:%u\n", (int)file_length, file, line);
#ifdef CONFIG_WESTERLY_CRASH
	westerly_crash_place(WESTERLY_CRASH_RUST_PANIC, file, file_length, line);
#endif
	k_panic();
}
