/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between the C and the Rust side of westerly-defmt: src/ffi.rs says the same, read the two side by side.
 */

#ifndef WESTERLY_DEFMT_H
#define WESTERLY_DEFMT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* logger.c: Zephyr's interrupt lock, which nests and may be taken in any context. */
uint32_t westerly_defmt_lock(void);
void westerly_defmt_unlock(uint32_t key);
uint64_t westerly_defmt_uptime(void); /* microseconds */

/* build_id.c: bytes of the image, and how many; 0 if it has none. */
size_t westerly_defmt_build_id(const uint8_t **id);
/* build_id_host.c, on native_sim. */
size_t westerly_defmt_build_id_host(const uint8_t **id);

/* outlet.c: there are frames to send. From any context, with or without a thread that sends them. */
void westerly_defmt_wake(void);
/* Until there are, or for so long if retry says that some could not be sent. */
void westerly_defmt_wait(bool retry);

/*
 * Called by that thread whenever it waits and for each frame. How many milliseconds it may wait until the next time; 0: any. The
 * crate's own says 0 and is weak.
 */
uint32_t westerly_defmt_alive(void);

/*
 * Where frames can go. One writer at a time each: begin asks for room for a whole frame and may refuse, end makes it visible.
 * Out of range or not built in: never any room.
 */
enum westerly_defmt_outlet {
	WESTERLY_DEFMT_UART,
	WESTERLY_DEFMT_RTT,
	WESTERLY_DEFMT_OUTLETS,
};

bool westerly_defmt_has(uint32_t outlet);
bool westerly_defmt_begin(uint32_t outlet, size_t room);
void westerly_defmt_byte(uint32_t outlet, uint8_t byte);
void westerly_defmt_end(uint32_t outlet);

/* uart.c and rtt.c: the same for one. */
bool westerly_defmt_uart_begin(void);
void westerly_defmt_uart_byte(uint8_t byte);
bool westerly_defmt_rtt_begin(size_t room);
void westerly_defmt_rtt_byte(uint8_t byte);
void westerly_defmt_rtt_end(void);

/* In Rust: what the thread runs, for ever. */
void westerly_defmt_run(void);
/* In Rust: logs a fatal error. Interrupts are locked. */
void westerly_defmt_fatal(uint32_t reason, const char *thread, size_t thread_length, uintptr_t place);
#define WESTERLY_DEFMT_STOPPED UINT32_MAX /* a reason beside Zephyr's: a thread has stopped */
/* In Rust: sends what is left. Interrupts are locked. */
void westerly_defmt_flush(void);
/*
 * In Rust: the newest frames that fit, the oldest of them first, each behind a byte with its length. How many bytes that is.
 * Interrupts are locked.
 */
size_t westerly_defmt_last(uint8_t *into, size_t size);

#endif
