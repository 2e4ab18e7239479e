/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One thread writes 10 000 records a second, one of a lower priority reads them and is too slow for that. The writer is never
 * late for a tick, whatever the reader is at, and what the reader got and what it counts as lost are all that was written.
 *
 * The time an append takes is printed. On native_sim no instruction takes any simulated time; there the host's clock is asked,
 * so a figure has in it what else the host did meanwhile.
 */

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#define RATE 10000
#define SECONDS 3
#define RECORDS (RATE * SECONDS)
/* All of a tick's records in a row: where ticks are short enough, one. */
#define RECORDS_PER_TICK (RATE / CONFIG_SYS_CLOCK_TICKS_PER_SEC)

BUILD_ASSERT(RECORDS_PER_TICK * CONFIG_SYS_CLOCK_TICKS_PER_SEC == RATE, "a whole number of records a tick");

struct followed {
	uint32_t received;
	uint32_t lost;
	bool right;
};

/* In Rust. */
bool overload_append(uint32_t number);
struct followed overload_follow(void (*pause)(uint32_t number), bool (*goes_on)(void));

static struct {
	/* In nanoseconds. */
	uint64_t longest;
	uint64_t sum;
	/* In ticks. */
	int64_t latest;
	uint32_t wrong;
} written;

static struct followed followed;
static atomic_t writing;

static K_THREAD_STACK_DEFINE(writer_stack, 2048);
static K_THREAD_STACK_DEFINE(reader_stack, 2048);
static struct k_thread writer_thread;
static struct k_thread reader_thread;

static uint64_t nanoseconds(void)
{
#ifdef CONFIG_ARCH_POSIX
	/* In overload_host.c. */
	uint64_t overload_host_nanoseconds(void);

	return overload_host_nanoseconds();
#else
	return k_cyc_to_ns_floor64(k_cycle_get_32());
#endif
}

static void append_measured(uint32_t number)
{
	uint64_t before = nanoseconds();
	bool right = overload_append(number);
	uint64_t taken = nanoseconds() - before;

	written.wrong += right ? 0 : 1;
	written.sum += taken;
	written.longest = MAX(written.longest, taken);
}

static void write_all(void *one, void *two, void *three)
{
	int64_t start = k_uptime_ticks() + 1;

	for (uint32_t number = 0; number < RECORDS; number++) {
		if (number % RECORDS_PER_TICK == 0) {
			int64_t due = start + number / RECORDS_PER_TICK;

			k_sleep(K_TIMEOUT_ABS_TICKS(due));
			written.latest = MAX(written.latest, k_uptime_ticks() - due);
		}
		append_measured(number);
	}
	atomic_set(&writing, false);
}

/* As long as it takes to do something with a record: nothing to 700 microseconds, in which the writer has to get its turn. */
static void pause(uint32_t number)
{
	k_busy_wait(number * 37 % 8 * 100 + 1);
}

static bool goes_on(void)
{
	return atomic_get(&writing);
}

static void read_all(void *one, void *two, void *three)
{
	followed = overload_follow(pause, goes_on);
}

ZTEST_SUITE(overload, NULL, NULL, NULL, NULL, NULL);
ZTEST(overload, test_the_writer_never_waits_and_the_loss_is_exact)
{
	atomic_set(&writing, true);
	k_thread_create(&reader_thread, reader_stack, K_THREAD_STACK_SIZEOF(reader_stack), read_all, NULL, NULL, NULL, 9, 0,
			K_NO_WAIT);
	k_thread_create(&writer_thread, writer_stack, K_THREAD_STACK_SIZEOF(writer_stack), write_all, NULL, NULL, NULL, 2, 0,
			K_NO_WAIT);
	k_thread_join(&writer_thread, K_FOREVER);
	k_thread_join(&reader_thread, K_FOREVER);

	printk("%u records, %u a second: %u received, %u lost\n", RECORDS, RATE, followed.received, followed.lost);
	printk("an append: %u ns on average, %u ns at the longest; the writer's latest start: %u ticks of %u us\n",
	       (uint32_t)(written.sum / RECORDS), (uint32_t)written.longest, (uint32_t)written.latest,
	       1000000 / CONFIG_SYS_CLOCK_TICKS_PER_SEC);
	if (written.wrong != 0 || written.latest != 0 || !followed.right || followed.lost == 0 || followed.received == 0 ||
	    followed.received + followed.lost != RECORDS) {
		ztest_test_fail();
	}
}
