/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's list of threads.
 */

#include <zephyr/kernel.h>
#include <zephyr/kernel/thread.h>

#include "westerly.h"

struct visit {
	void (*each)(const struct westerly_thread *thread, void *context);
	void *context;
};

static void thread_read(const struct k_thread *thread, void *data)
{
	struct visit *visit = data;
	struct westerly_thread entry = {
		.priority = thread->base.prio,
		.state = thread->base.thread_state,
	};

#ifdef CONFIG_THREAD_NAME
	entry.name = thread->name;
#else
	entry.name = "";
#endif
#ifdef CONFIG_THREAD_STACK_INFO
	entry.stack_size = thread->stack_info.size;
#ifdef CONFIG_INIT_STACKS
	size_t unused;

	if (k_thread_stack_space_get(thread, &unused) == 0) {
		entry.stack_used = thread->stack_info.size - unused;
	}
#endif
#endif
#ifdef CONFIG_SCHED_THREAD_USAGE
	k_thread_runtime_stats_t stats;

	if (k_thread_runtime_stats_get((struct k_thread *)thread, &stats) == 0) {
		entry.runtime = stats.execution_cycles;
#ifdef CONFIG_SCHED_THREAD_USAGE_ANALYSIS
		/* The kernel's name for it is windows: how often the thread was given the processor. */
		entry.context_switches = thread->base.usage.num_windows;
#endif
	}
#endif
	visit->each(&entry, visit->context);
}

void westerly_threads(void (*each)(const struct westerly_thread *thread, void *context), void *context)
{
	struct visit visit = {.each = each, .context = context};

	/*
	 * Unlocked: measuring a stack reads all of it, too long for a spin lock that holds interrupts off (the UART loses
	 * bytes meanwhile). It asks that no thread is freed during the walk; threads of these applications are static.
	 */
	k_thread_foreach_unlocked(thread_read, &visit);
}
