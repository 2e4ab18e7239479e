/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Zephyr's fatal errors (faults, stack overflows, k_panic) as frames.
 */

#include <string.h>

#include <zephyr/fatal.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log_ctrl.h>

#include "westerly_defmt.h"

static uintptr_t place(const struct arch_esf *esf)
{
#if defined(CONFIG_ARM)
	return esf == NULL ? 0 : esf->basic.pc;
#else
	ARG_UNUSED(esf);
	return 0;
#endif
}

/* Zephyr's own, which is weak, halts too. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf)
{
	const char *thread = k_thread_name_get(k_current_get());

	thread = thread == NULL ? "" : thread;
	westerly_defmt_fatal(reason, thread, strlen(thread), place(esf));
	westerly_defmt_flush();
	LOG_PANIC();
	k_fatal_halt(reason);
}
