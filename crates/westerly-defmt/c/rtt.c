/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Frames in a buffer that a debug probe empties while the processor runs: SEGGER's Real Time Transfer, of which this has one
 * channel to the host. Probes know the block by the symbol _SEGGER_RTT or by searching RAM for its first 16 bytes.
 */

#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/barrier.h>

#include "westerly_defmt.h"

#ifdef CONFIG_WESTERLY_DEFMT_RTT

#define SIZE CONFIG_WESTERLY_DEFMT_RTT_SIZE

struct channel {
	const char *name;
	uint8_t *buffer;
	uint32_t size;
	volatile uint32_t write; /* the device's: the next byte to be written */
	volatile uint32_t read;  /* the probe's: the next byte to be read */
	uint32_t flags;          /* 0: what does not fit is left out as a whole */
};

struct control_block {
	char id[16];
	int32_t up_channels;
	int32_t down_channels;
	struct channel up;
};

struct control_block _SEGGER_RTT;

static uint8_t buffer[SIZE];
/* Where the frame that is being written has got to; the probe sees it when it is whole. */
static uint32_t position;

static int start(void)
{
	/* Written backwards: the same text in flash would be another block to a probe that searches. */
	static const char id[] = "TTR REGGES";
	struct control_block *block = &_SEGGER_RTT;

	block->up = (struct channel){.name = "defmt", .buffer = buffer, .size = SIZE};
	block->up_channels = 1;
	block->down_channels = 0;
	/* The mark comes last: from then on a probe believes the rest. */
	barrier_dmem_fence_full();
	for (size_t index = 0; index < sizeof(id) - 1; index++) {
		block->id[index] = id[sizeof(id) - 2 - index];
	}
	return 0;
}

SYS_INIT(start, PRE_KERNEL_1, 0);

bool westerly_defmt_rtt_begin(size_t room)
{
	uint32_t read = _SEGGER_RTT.up.read;

	position = _SEGGER_RTT.up.write;
	/* A probe may write anything there. One place stays free: equal positions mean empty. */
	return read < SIZE && (read + SIZE - position - 1) % SIZE >= room;
}

void westerly_defmt_rtt_byte(uint8_t byte)
{
	buffer[position] = byte;
	position = (position + 1) % SIZE;
}

void westerly_defmt_rtt_end(void)
{
	/* The bytes before the position that says they are there. */
	barrier_dmem_fence_full();
	_SEGGER_RTT.up.write = position;
}

#endif
