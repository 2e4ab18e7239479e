/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Frames on the chosen node westerly,defmt-uart. By polling: the thread has the lowest priority, drivers without interrupts
 * do it too, and so does a processor that is about to stop.
 */

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/uart.h>

#include "westerly_defmt.h"

#ifdef CONFIG_WESTERLY_DEFMT_UART

#if !DT_HAS_CHOSEN(westerly_defmt_uart)
#error "CONFIG_WESTERLY_DEFMT_UART asks for the chosen node westerly,defmt-uart"
#endif

static const struct device *const uart = DEVICE_DT_GET(DT_CHOSEN(westerly_defmt_uart));

bool westerly_defmt_uart_begin(void)
{
	return device_is_ready(uart);
}

void westerly_defmt_uart_byte(uint8_t byte)
{
	uart_poll_out(uart, byte);
}

#endif
