/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Writes a record of a crash, and restarts. Whatever crashed, what this file does is bounded, takes no lock, allocates nothing
 * and trusts no pointer more than it has to: the record checks after each of three steps, the second of which looks at the
 * thread and its stack, the third at the log. A crash in here restarts at once, with what the step before has left.
 */

#include <string.h>

#include <zephyr/cache.h>
#include <zephyr/devicetree.h>
#include <zephyr/fatal.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log_ctrl.h>
#include <zephyr/sys/util.h>

#include "crash.h"
#include "westerly.h"

#ifdef CONFIG_WESTERLY_LOG
#include "westerly_defmt.h"
#endif

#define SIZE CONFIG_WESTERLY_CRASH_SIZE
/* Another shape is another record: what another firmware left is none. */
#define MAGIC (0x57c2a500 + (uint32_t)sizeof(struct westerly_crash))
#define NOT_KNOWN UINT64_MAX

BUILD_ASSERT(offsetof(struct westerly_crash, frames) < SIZE, "CONFIG_WESTERLY_CRASH_SIZE is too small");

#if defined(CONFIG_ARCH_POSIX)

static struct westerly_crash *memory;

static int memory_find(void)
{
	memory = westerly_crash_host_memory(SIZE);
	return 0;
}

SYS_INIT(memory_find, PRE_KERNEL_1, 0);

#elif DT_HAS_CHOSEN(westerly_crash_memory)

#define MEMORY DT_CHOSEN(westerly_crash_memory)

BUILD_ASSERT(DT_REG_SIZE(MEMORY) >= SIZE, "the chosen node westerly,crash-memory is smaller than CONFIG_WESTERLY_CRASH_SIZE");
BUILD_ASSERT(DT_REG_ADDR(MEMORY) % sizeof(uint64_t) == 0, "the chosen node westerly,crash-memory begins at an odd address");

static struct westerly_crash *const memory = (struct westerly_crash *)DT_REG_ADDR(MEMORY);

#else

static __noinit __aligned(sizeof(uint64_t)) uint8_t bytes[SIZE];
static struct westerly_crash *const memory = (struct westerly_crash *)bytes;

#endif

/* What is known of a kernel's panic before it happens. */
static struct {
	const char *file;
	size_t length;
	uint32_t line;
	enum westerly_crash_reason reason;
} place;

static volatile bool recording;
/* What the last look at the memory found. */
static bool is_valid;

/* CRC-32 as zip has it, bit by bit: a table would be larger than the record is long. */
static uint32_t sum_of(const struct westerly_crash *crash)
{
	const uint8_t *byte = (const uint8_t *)&crash->length;
	uint32_t sum = UINT32_MAX;

	for (uint32_t left = crash->length; left > 0; left--) {
		sum ^= *byte++;
		for (int bit = 0; bit < 8; bit++) {
			sum = (sum >> 1) ^ (0xedb88320 & -(sum & 1));
		}
	}
	return ~sum;
}

static size_t covered(size_t frames)
{
	return offsetof(struct westerly_crash, frames) - offsetof(struct westerly_crash, length) + frames;
}

const struct westerly_crash *westerly_crash_record(void)
{
	is_valid = memory != NULL && memory->magic == MAGIC && memory->length >= covered(0) &&
		   memory->length <= SIZE - offsetof(struct westerly_crash, length) && memory->check == sum_of(memory);
	return westerly_crash_checked();
}

const struct westerly_crash *westerly_crash_checked(void)
{
	return is_valid ? memory : NULL;
}

size_t westerly_crash_frames(const uint8_t **frames)
{
	if (!is_valid) {
		return 0;
	}
	*frames = memory->frames;
	return memory->length - covered(0);
}

/* From now on it checks. */
static void seal(struct westerly_crash *crash, size_t frames)
{
	crash->length = covered(frames);
	crash->check = sum_of(crash);
	crash->magic = MAGIC;
	(void)sys_cache_data_flush_range(crash, SIZE);
}

void westerly_crash_clear(void)
{
	is_valid = false;
	if (memory != NULL) {
		memory->magic = 0;
		(void)sys_cache_data_flush_range(memory, sizeof(memory->magic));
	}
}

void westerly_crash_place(enum westerly_crash_reason reason, const char *file, size_t length, uint32_t line)
{
	place.reason = reason;
	place.file = file;
	place.length = length;
	place.line = line;
}

static enum westerly_crash_reason reason_of(unsigned int code)
{
	switch (code) {
	case K_ERR_SPURIOUS_IRQ:
		return WESTERLY_CRASH_INTERRUPT;
	case K_ERR_STACK_CHK_FAIL:
		return WESTERLY_CRASH_STACK_OVERFLOW;
	case K_ERR_KERNEL_OOPS:
		return WESTERLY_CRASH_KERNEL_OOPS;
	case K_ERR_KERNEL_PANIC:
		return place.reason == WESTERLY_CRASH_UNKNOWN ? WESTERLY_CRASH_KERNEL_PANIC : place.reason;
	default:
		return WESTERLY_CRASH_FAULT;
	}
}

/* The last of the text, if it is longer: of a path that is the name of the file. */
static uint8_t copied(char *into, size_t size, const char *text, size_t length)
{
	size_t taken = MIN(length, size);

	text += length - taken;
	/* Not from the middle of a character. */
	while (taken > 0 && (*text & 0xc0) == 0x80) {
		text++;
		taken--;
	}
	memcpy(into, text, taken);
	return taken;
}

/* What can be had without looking at anything that the crash may have broken. */
static void begin(struct westerly_crash *crash, enum westerly_crash_reason reason, unsigned int code)
{
	const struct westerly_crash *last = westerly_crash_record();
	uint32_t count = last == NULL ? 0 : last->count;

	memset(crash, 0, SIZE);
	crash->count = count == UINT32_MAX ? count : count + 1;
	crash->uptime = NOT_KNOWN;
	crash->code = code;
	crash->reason = reason;
#ifdef CONFIG_WESTERLY_SETTINGS
	crash->boot = westerly_boots();
#endif
	if (reason == place.reason && reason != WESTERLY_CRASH_UNKNOWN) {
		crash->file_length = copied(crash->file, sizeof(crash->file), place.file, place.length);
		crash->line = place.line;
	}
#ifdef CONFIG_WESTERLY_LOG
	const uint8_t *id;
	size_t length = westerly_defmt_build_id(&id);

	if (length <= sizeof(crash->build)) {
		memcpy(crash->build, id, length);
		crash->build_length = length;
	}
#endif
}

/* The thread: into a copy, so that the record checks whatever happens meanwhile. */
static void thread_take(struct westerly_crash *crash, const struct k_thread *thread)
{
	struct westerly_crash copy = *crash;

	copy.uptime = k_uptime_get();
	if (thread != NULL) {
		if (copy.reason == WESTERLY_CRASH_WATCHDOG) {
			westerly_crash_waiting(&copy, thread);
		}
#ifdef CONFIG_THREAD_NAME
		copy.thread_length = copied(copy.thread, sizeof(copy.thread), thread->name,
					    strnlen(thread->name, sizeof(thread->name)));
#endif
	}
	westerly_crash_stack(&copy, thread);
	memcpy(crash, &copy, offsetof(struct westerly_crash, frames));
	seal(crash, 0);
}

/* The log, which is behind what the record's check covers until it is all there. */
static void log_take(struct westerly_crash *crash)
{
#ifdef CONFIG_WESTERLY_LOG
	westerly_defmt_fatal(crash->reason == WESTERLY_CRASH_WATCHDOG ? WESTERLY_DEFMT_STOPPED : crash->code,
			     crash->thread, crash->thread_length, crash->pc);
	seal(crash, westerly_defmt_last(crash->frames, SIZE - offsetof(struct westerly_crash, frames)));
#else
	ARG_UNUSED(crash);
#endif
}

static FUNC_NORETURN void end(unsigned int code, bool first)
{
	/* Not after a crash in here: it may have been in this. */
	if (first) {
		LOG_PANIC();
#ifdef CONFIG_WESTERLY_LOG
		westerly_defmt_flush();
#endif
	}
	if (IS_ENABLED(CONFIG_WESTERLY_CRASH_RESTART)) {
		westerly_crash_restart();
	}
	k_fatal_halt(code);
}

/* Whether this is the first crash since the start, as it should be. */
static bool is_first(void)
{
	bool first = !recording;

	recording = true;
	return first;
}

void k_sys_fatal_error_handler(unsigned int code, const struct arch_esf *frame)
{
	bool first = is_first();

	if (first && memory != NULL) {
		begin(memory, reason_of(code), code);
		westerly_crash_running(memory, frame, __builtin_return_address(0));
		seal(memory, 0);
		thread_take(memory, westerly_crash_in_interrupt(frame) ? NULL : k_current_get());
		log_take(memory);
	}
	end(code, first);
}

void westerly_crash_stopped(const struct k_thread *thread)
{
	(void)irq_lock();

	bool first = is_first();

	if (first && memory != NULL) {
		begin(memory, WESTERLY_CRASH_WATCHDOG, K_ERR_KERNEL_PANIC);
		seal(memory, 0);
		thread_take(memory, thread);
		log_take(memory);
	}
	end(K_ERR_KERNEL_PANIC, first);
}

/* The kernel's, which is weak, panics too. */
#ifdef CONFIG_ASSERT_NO_FILE_INFO
void assert_post_action(void)
{
	westerly_crash_place(WESTERLY_CRASH_ASSERTION, "", 0, 0);
	k_panic();
}
#else
void assert_post_action(const char *file, unsigned int line)
{
	westerly_crash_place(WESTERLY_CRASH_ASSERTION, file, strlen(file), line);
	k_panic();
}
#endif
