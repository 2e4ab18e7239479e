/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A thread that does nothing, in the place of the one C MCUmgr works in: task
 * statistics look through each thread's stack, and both sides are to look
 * through as much.
 */

#include <zephyr/init.h>
#include <zephyr/kernel.h>

static K_THREAD_STACK_DEFINE(stack, 2048);
static struct k_thread thread;

static void wait_for_ever(void *first, void *second, void *third)
{
	ARG_UNUSED(first);
	ARG_UNUSED(second);
	ARG_UNUSED(third);
	k_sleep(K_FOREVER);
}

static int start(void)
{
	k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), wait_for_ever, NULL, NULL, NULL, 3, 0, K_NO_WAIT);
	k_thread_name_set(&thread, "mcumgr smp");
	return 0;
}

SYS_INIT(start, APPLICATION, CONFIG_APPLICATION_INIT_PRIORITY);
