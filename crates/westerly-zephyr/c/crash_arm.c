/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a Cortex-M tells of a crash: the registers it has put on the stack, and what on the stack looks like a return address.
 */

#include <zephyr/kernel.h>
#include <zephyr/linker/linker-defs.h>
#include <zephyr/sys/util.h>

#include <cmsis_core.h>

#include "crash.h"

/* Of the program status: the exception that ran, Thumb state, and that a word was left out to align the stack. */
#define XPSR_EXCEPTION 0x1ff
#define XPSR_THUMB     BIT(24)
#define XPSR_ALIGNED   BIT(9)
/* Of EXC_RETURN: no registers of floating point are in the frame. Of these there would be so many bytes. */
#define RETURN_BASIC   BIT(4)
#define FLOATING_POINT 72

static const char *const names[WESTERLY_CRASH_REGISTERS] = {
	"r0", "r1", "r2", "r3", "r12", "xpsr", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11",
};

const char *westerly_crash_register_name(uint8_t index)
{
	return index < ARRAY_SIZE(names) ? names[index] : "";
}

/* Not sys_reboot(): on some processors, the lm3s6965 among them, it leaves one exception and begins the program anew. */
void westerly_crash_restart(void)
{
	NVIC_SystemReset();
}

bool westerly_crash_in_interrupt(const struct arch_esf *frame)
{
	return frame != NULL && (frame->basic.xpsr & XPSR_EXCEPTION) != 0;
}

/* False if it does not look like one: where a stack has overflowed, the processor could not put it there. */
static bool frame_take(struct westerly_crash *crash, const struct __basic_sf *frame)
{
	const uintptr_t values[] = {frame->r0, frame->r1, frame->r2, frame->r3, frame->r12, frame->xpsr};

	if (crash->reason == WESTERLY_CRASH_STACK_OVERFLOW &&
	    !(westerly_crash_is_code(frame->pc) && (frame->xpsr & XPSR_THUMB) != 0)) {
		return false;
	}
	crash->placed = true;
	crash->pc = frame->pc;
	crash->lr = frame->lr;
	for (size_t index = 0; index < ARRAY_SIZE(values); index++) {
		crash->register_values[index] = values[index];
	}
	crash->registers = ARRAY_SIZE(values);
	return true;
}

static void others_take(struct westerly_crash *crash, const struct _callee_saved *saved)
{
	const uintptr_t values[] = {saved->v1, saved->v2, saved->v3, saved->v4,
				    saved->v5, saved->v6, saved->v7, saved->v8};

	for (size_t index = 0; index < ARRAY_SIZE(values); index++) {
		crash->register_values[crash->registers++] = values[index];
	}
}

void westerly_crash_running(struct westerly_crash *crash, const struct arch_esf *frame, const void *caller)
{
	ARG_UNUSED(caller);
	if (frame == NULL) {
		return;
	}

	bool whole = frame_take(crash, &frame->basic);
	uintptr_t sp = westerly_crash_in_interrupt(frame) ? 0 : __get_PSP();
	uint32_t exc_return = 0;

#ifdef CONFIG_EXTRA_EXCEPTION_INFO
	exc_return = frame->extra_info.exc_return;
	if (whole && frame->extra_info.callee != NULL) {
		others_take(crash, frame->extra_info.callee);
	}
	if (westerly_crash_in_interrupt(frame)) {
		sp = frame->extra_info.msp;
	}
#endif
	if (whole && sp != 0) {
		/* As it was before the processor put the frame there. */
		sp += sizeof(frame->basic);
		sp += exc_return != 0 && (exc_return & RETURN_BASIC) == 0 ? FLOATING_POINT : 0;
		sp += (frame->basic.xpsr & XPSR_ALIGNED) != 0 ? sizeof(uint32_t) : 0;
	}
	crash->sp = sp;
}

void westerly_crash_waiting(struct westerly_crash *crash, const struct k_thread *thread)
{
#ifndef CONFIG_USE_SWITCH
	bool interrupted = thread == k_current_get();
	uintptr_t frame = interrupted ? __get_PSP() : thread->callee_saved.psp;
	uintptr_t start = thread->stack_info.start;
	size_t size = thread->stack_info.size;

	if ((interrupted && !k_is_in_isr()) || size < sizeof(struct __basic_sf) || frame < start ||
	    frame > start + size - sizeof(struct __basic_sf) || frame % sizeof(uint32_t) != 0) {
		return;
	}
	(void)frame_take(crash, (const struct __basic_sf *)frame);
	if (!interrupted) {
		others_take(crash, &thread->callee_saved);
	}
	crash->sp = frame + sizeof(struct __basic_sf);
#endif
}

/* A Thumb address behind an instruction that calls: BL, or BLX of a register. */
static bool is_return_address(uintptr_t word)
{
	uintptr_t address = word & ~1;

	if ((word & 1) == 0 || !westerly_crash_is_code(address) || !westerly_crash_is_code(address - 4)) {
		return false;
	}

	const uint16_t *before = (const uint16_t *)address;

	return ((before[-2] & 0xf800) == 0xf000 && (before[-1] & 0xd000) == 0xd000) || (before[-1] & 0xff87) == 0x4780;
}

void westerly_crash_stack(struct westerly_crash *crash, const struct k_thread *thread)
{
	uintptr_t start = crash->sp;
	uintptr_t end = MIN(start + WESTERLY_CRASH_INTERRUPT_STACK, (uintptr_t)_image_ram_end);

	if (thread != NULL) {
		start = thread->stack_info.start;
		end = start + thread->stack_info.size;
	}
	if (crash->sp < start || crash->sp < (uintptr_t)_image_ram_start || end > (uintptr_t)_image_ram_end) {
		return;
	}
	westerly_crash_addresses(crash, crash->sp, end, is_return_address);
}
