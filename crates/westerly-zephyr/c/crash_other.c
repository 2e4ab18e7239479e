/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What can be told of a crash on processors that crash_arm.c does not know: on native_sim the return addresses on the host's
 * stack, elsewhere no place and no register.
 */

#include <string.h>

#include <zephyr/kernel.h>

#include "crash.h"
#include "westerly.h"

const char *westerly_crash_register_name(uint8_t index)
{
	ARG_UNUSED(index);
	return "";
}

bool westerly_crash_in_interrupt(const struct arch_esf *frame)
{
	ARG_UNUSED(frame);
	/* The handler is called like any function, in the context that crashed. */
	return IS_ENABLED(CONFIG_ARCH_POSIX) && k_is_in_isr();
}

void westerly_crash_running(struct westerly_crash *crash, const struct arch_esf *frame, const void *caller)
{
	ARG_UNUSED(frame);
#ifdef CONFIG_ARCH_POSIX
	/* Not on the stack, which is searched. */
	static uintptr_t found[2 * WESTERLY_CRASH_STACK];
	size_t count = westerly_crash_host_stack(found, ARRAY_SIZE(found));
	size_t first = 0;

	/* The handler's own caller is the kernel, and who called the kernel has crashed. */
	while (first < count && found[first] != (uintptr_t)caller) {
		first++;
	}
	first++;
	if (first >= count) {
		return;
	}
	/* In the call, and not behind it. */
	crash->pc = found[first] - 1;
	crash->placed = true;
	for (first++; first < count && crash->addresses < WESTERLY_CRASH_STACK; first++) {
		crash->stack[crash->addresses++] = found[first];
	}
#else
	ARG_UNUSED(crash);
	ARG_UNUSED(caller);
#endif
}

void westerly_crash_restart(void)
{
	westerly_reboot();
}

void westerly_crash_waiting(struct westerly_crash *crash, const struct k_thread *thread)
{
	ARG_UNUSED(crash);
	ARG_UNUSED(thread);
}

void westerly_crash_stack(struct westerly_crash *crash, const struct k_thread *thread)
{
	ARG_UNUSED(crash);
	ARG_UNUSED(thread);
}
