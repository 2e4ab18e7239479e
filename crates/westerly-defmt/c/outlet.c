/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The thread that sends frames, and what it sends them to.
 */

#include <zephyr/kernel.h>

#include "westerly_defmt.h"

#if defined(CONFIG_WESTERLY_DEFMT_UART) || defined(CONFIG_WESTERLY_DEFMT_RTT)

/* How long to leave an outlet alone that has no room. */
#define RETRY K_MSEC(20)
/* On native_sim: some 100 bytes a millisecond, as of a line of 1 MBd. */
#define FRAMES_A_TICK 4

static K_SEM_DEFINE(frames, 0, 1);

void westerly_defmt_wake(void)
{
	k_sem_give(&frames);
}

/* For an application that watches its threads to have one of its own. */
__weak uint32_t westerly_defmt_alive(void)
{
	return 0;
}

void westerly_defmt_wait(bool retry)
{
	uint32_t longest = westerly_defmt_alive();
	k_timeout_t wait = longest == 0 ? K_FOREVER : K_MSEC(longest);

	(void)k_sem_take(&frames, retry ? RETRY : wait);
}

static void run(void *unused_1, void *unused_2, void *unused_3)
{
	ARG_UNUSED(unused_1);
	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	westerly_defmt_run();
}

/* Below everything else: sending may wait, and whoever logs may not. */
K_THREAD_DEFINE(westerly_defmt, CONFIG_WESTERLY_DEFMT_STACK_SIZE, run, NULL, NULL, NULL,
		K_LOWEST_APPLICATION_THREAD_PRIO, 0, 0);

#else

void westerly_defmt_wake(void)
{
}

#endif

bool westerly_defmt_begin(uint32_t outlet, size_t room)
{
	switch (outlet) {
#ifdef CONFIG_WESTERLY_DEFMT_UART
	case WESTERLY_DEFMT_UART:
		return westerly_defmt_uart_begin();
#endif
#ifdef CONFIG_WESTERLY_DEFMT_RTT
	case WESTERLY_DEFMT_RTT:
		return westerly_defmt_rtt_begin(room);
#endif
	default:
		return false;
	}
}

void westerly_defmt_byte(uint32_t outlet, uint8_t byte)
{
	switch (outlet) {
#ifdef CONFIG_WESTERLY_DEFMT_UART
	case WESTERLY_DEFMT_UART:
		westerly_defmt_uart_byte(byte);
		break;
#endif
#ifdef CONFIG_WESTERLY_DEFMT_RTT
	case WESTERLY_DEFMT_RTT:
		westerly_defmt_rtt_byte(byte);
		break;
#endif
	default:
		break;
	}
}

/*
 * native_sim's clock stands while a thread is busy, and so does everything that sleeps; a line that takes bytes in no time would
 * let this thread be busy for as long as others log.
 */
static void pace(void)
{
#if defined(CONFIG_WESTERLY_DEFMT_UART) || defined(CONFIG_WESTERLY_DEFMT_RTT)
	static unsigned int sent;

	/* Not on the way into a halt, when whoever stops the system sends what is left. */
	if (k_current_get() != westerly_defmt || k_is_in_isr()) {
		return;
	}
	(void)westerly_defmt_alive();
	if (IS_ENABLED(CONFIG_ARCH_POSIX) && ++sent % FRAMES_A_TICK == 0) {
		(void)k_sleep(K_TICKS(1));
	}
#endif
}

void westerly_defmt_end(uint32_t outlet)
{
	pace();
#ifdef CONFIG_WESTERLY_DEFMT_RTT
	if (outlet == WESTERLY_DEFMT_RTT) {
		westerly_defmt_rtt_end();
	}
#endif
}

bool westerly_defmt_has(uint32_t outlet)
{
	return (outlet == WESTERLY_DEFMT_UART && IS_ENABLED(CONFIG_WESTERLY_DEFMT_UART)) ||
	       (outlet == WESTERLY_DEFMT_RTT && IS_ENABLED(CONFIG_WESTERLY_DEFMT_RTT));
}
