/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a RISC-V tells of a crash: the registers that Zephyr has put on the stack, the cause, and what on the stack looks like a
 * return address.
 */

#include <zephyr/kernel.h>
#include <zephyr/kernel_structs.h>
#include <zephyr/linker/linker-defs.h>
#include <zephyr/sys/util.h>

#include "crash.h"
#include "westerly.h"

/* The first interrupt moves to the interrupts' stack and leaves there, so far below its end, where it came from. */
#define CAME_FROM 16

/* The last one is known only if Zephyr has saved it. */
static const char *const names[WESTERLY_CRASH_REGISTERS] = {
	"mcause", "mtval", "mstatus", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "s0", "s1",
};

const char *westerly_crash_register_name(uint8_t index)
{
	return index < ARRAY_SIZE(names) ? names[index] : "";
}

void westerly_crash_restart(void)
{
	westerly_reboot();
}

/* A fault is handled on the stack it came from, and counts as no interrupt. */
bool westerly_crash_in_interrupt(const struct arch_esf *frame)
{
	ARG_UNUSED(frame);
	return k_is_in_isr();
}

static void frame_take(struct westerly_crash *crash, const struct arch_esf *frame, uintptr_t cause, uintptr_t value)
{
	const uintptr_t values[] = {cause,     value,	  frame->mstatus, frame->a0, frame->a1, frame->a2, frame->a3,
				    frame->a4, frame->a5, frame->a6,	  frame->a7, frame->t0, frame->s0};

	crash->placed = true;
	crash->pc = frame->mepc;
	crash->lr = frame->ra;
	/* As it was before the frame was put there. */
	crash->sp = (uintptr_t)frame + sizeof(*frame);
	for (size_t index = 0; index < ARRAY_SIZE(values); index++) {
		crash->register_values[index] = values[index];
	}
	crash->registers = ARRAY_SIZE(values);
}

void westerly_crash_running(struct westerly_crash *crash, const struct arch_esf *frame, const void *caller)
{
	uintptr_t cause;
	uintptr_t value;

	ARG_UNUSED(caller);
	if (frame == NULL) {
		return;
	}
	__asm__ volatile("csrr %0, mcause" : "=r"(cause));
	__asm__ volatile("csrr %0, mtval" : "=r"(value));
	frame_take(crash, frame, cause, value);
#ifdef CONFIG_EXCEPTION_DEBUG
	if (frame->csf != NULL) {
		crash->register_values[crash->registers++] = frame->csf->s1;
	}
#endif
}

/* What the interrupt that runs has interrupted, if that was the thread. */
static const struct arch_esf *interrupted(const struct k_thread *thread)
{
	uintptr_t start = thread->stack_info.start;
	size_t size = thread->stack_info.size;
	uintptr_t frame;

	if (!k_is_in_isr() || size < sizeof(struct arch_esf)) {
		return NULL;
	}
	frame = *(const uintptr_t *)((uintptr_t)_current_cpu->irq_stack - CAME_FROM);
	if (frame < start || frame > start + size - sizeof(struct arch_esf) || frame % sizeof(uintptr_t) != 0) {
		return NULL;
	}
	return (const struct arch_esf *)frame;
}

void westerly_crash_waiting(struct westerly_crash *crash, const struct k_thread *thread)
{
	if (thread != k_current_get()) {
		/* In the kernel, where it was put aside. */
		crash->placed = true;
		crash->pc = thread->callee_saved.ra;
		crash->sp = thread->callee_saved.sp;
		return;
	}

	const struct arch_esf *frame = interrupted(thread);

	if (frame != NULL) {
		frame_take(crash, frame, 0, 0);
	}
}

/* An address behind an instruction that calls: jal or jalr, long or short, with ra to return to. */
static bool is_return_address(uintptr_t address)
{
	if ((address & 1) != 0 || !westerly_crash_is_code(address) || !westerly_crash_is_code(address - 4)) {
		return false;
	}

	const uint16_t *before = (const uint16_t *)address;
	uint32_t word = before[-2] | (uint32_t)before[-1] << 16;
	bool is_long = (word & 0xfff) == 0x0ef || (word & 0x7fff) == 0x00e7;
	/* c.jalr, but not c.ebreak. */
	bool is_short = (before[-1] & 0xf07f) == 0x9002 && (before[-1] & 0x0f80) != 0;

	/* c.jal, which 64 bits use for something else. */
	return is_long || is_short || (!IS_ENABLED(CONFIG_64BIT) && (before[-1] & 0xe003) == 0x2001);
}

void westerly_crash_stack(struct westerly_crash *crash, const struct k_thread *thread)
{
	uintptr_t start = crash->sp;
	uintptr_t end = MIN(start + WESTERLY_CRASH_INTERRUPT_STACK, (uintptr_t)_image_ram_end);

	if (thread != NULL) {
		/* What has overflowed its stack is below it. */
		start = MAX(start, thread->stack_info.start);
		end = thread->stack_info.start + thread->stack_info.size;
	}
	if (crash->sp == 0 || start < (uintptr_t)_image_ram_start || end > (uintptr_t)_image_ram_end) {
		return;
	}
	westerly_crash_addresses(crash, start, end, is_return_address);
}
