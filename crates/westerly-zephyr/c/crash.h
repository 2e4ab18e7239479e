/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The record of a crash, as it lies in memory that a restart does not clear. src/crash.rs has the same shape: read the two
 * side by side. crash.c writes and checks it, crash_arm.c and its like know the processor.
 */

#ifndef WESTERLY_CRASH_H
#define WESTERLY_CRASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch_esf;
struct k_thread;

#define WESTERLY_CRASH_REGISTERS 14
#define WESTERLY_CRASH_STACK     16
#define WESTERLY_CRASH_BUILD     20
#define WESTERLY_CRASH_THREAD    24
#define WESTERLY_CRASH_FILE      48

/* What crashed, as src/crash.rs counts them. */
enum westerly_crash_reason {
	WESTERLY_CRASH_UNKNOWN,
	WESTERLY_CRASH_FAULT,
	WESTERLY_CRASH_STACK_OVERFLOW,
	WESTERLY_CRASH_KERNEL_PANIC,
	WESTERLY_CRASH_KERNEL_OOPS,
	WESTERLY_CRASH_RUST_PANIC,
	WESTERLY_CRASH_ASSERTION,
	WESTERLY_CRASH_WATCHDOG,
	WESTERLY_CRASH_INTERRUPT,
};

struct westerly_crash {
	uint32_t magic;
	uint32_t check;    /* CRC-32 of the bytes behind it */
	uint32_t length;   /* of the bytes that check covers */
	uint32_t count;    /* crashes since somebody cleared the record */
	uint64_t uptime;   /* ms; UINT64_MAX: not known */
	uint32_t boot;     /* 0: not counted */
	uint32_t code;     /* Zephyr's reason, K_ERR_* */
	uint32_t line;     /* of file; 0: none */
	uint8_t reason;    /* an enum westerly_crash_reason */
	uint8_t placed;    /* not 0: pc and lr are known */
	uint8_t registers; /* how many of them */
	uint8_t addresses; /* how many in stack */
	uintptr_t pc;
	uintptr_t lr;
	uintptr_t sp; /* 0: not known */
	uintptr_t register_values[WESTERLY_CRASH_REGISTERS];
	uintptr_t stack[WESTERLY_CRASH_STACK]; /* return addresses, the innermost first */
	uint8_t build_length;
	uint8_t thread_length;
	uint8_t file_length;
	uint8_t build[WESTERLY_CRASH_BUILD];
	char thread[WESTERLY_CRASH_THREAD];
	char file[WESTERLY_CRASH_FILE]; /* its end, if it is longer */
	uint8_t frames[];               /* of the log: each behind a byte with its length */
};

/* NULL if there is none, or what is there does not check. */
const struct westerly_crash *westerly_crash_record(void);
/* The same without another check, if the last one succeeded. */
const struct westerly_crash *westerly_crash_checked(void);
/* The frames of that one. How many bytes. */
size_t westerly_crash_frames(const uint8_t **frames);
/* The name of a register of the record, by its place in it. */
const char *westerly_crash_register_name(uint8_t index);
void westerly_crash_clear(void);

/*
 * From here on: between the C files. What the processor's own file knows to fill in: pc, lr, sp and registers, from the frame
 * of the crash, which may be NULL. Caller is the return address of the handler.
 */
void westerly_crash_running(struct westerly_crash *crash, const struct arch_esf *frame, const void *caller);
/* The same of a thread that has stopped, which may be the one that was interrupted. */
void westerly_crash_waiting(struct westerly_crash *crash, const struct k_thread *thread);
/* Return addresses from crash->sp on, on the stack of the thread; NULL: of interrupts. */
void westerly_crash_stack(struct westerly_crash *crash, const struct k_thread *thread);
/* crash_stack.c, for these files: whether that is in the program, and the return addresses from start to end. */
bool westerly_crash_is_code(uintptr_t address);
void westerly_crash_addresses(struct westerly_crash *crash, uintptr_t start, uintptr_t end,
			      bool (*is_return_address)(uintptr_t word));
/* How far to look for them where nobody says how long the stack is, in bytes. */
#define WESTERLY_CRASH_INTERRUPT_STACK 1024
/* Whether it was an interrupt that crashed, and no thread. */
bool westerly_crash_in_interrupt(const struct arch_esf *frame);
/* Restarts, from whatever depth of faults and interrupts. */
void westerly_crash_restart(void);

/* crash_host.c, on native_sim: memory that the process shares with the one that takes its place on a restart. */
void *westerly_crash_host_memory(size_t size);
/* Return addresses on the stack that the caller runs on, the innermost first. How many. */
size_t westerly_crash_host_stack(uintptr_t *addresses, size_t size);

/* Where a panic of Rust or an assertion is, before the kernel's panic that comes of it. The text lives for ever. */
void westerly_crash_place(enum westerly_crash_reason reason, const char *file, size_t length, uint32_t line);

#endif
