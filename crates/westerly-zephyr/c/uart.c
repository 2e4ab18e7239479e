/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/device.h>
#include <zephyr/devicetree.h>
#include <zephyr/drivers/uart.h>
#include <zephyr/init.h>
#include <zephyr/sys/clock.h>
#include <zephyr/sys/util.h>

#include "westerly.h"

#define UART DT_CHOSEN(zephyr_uart_mcumgr)

/*
 * Not uart_irq_tx_complete(): many drivers do not have it (QEMU's lm3s6965 among them), and it means nothing outside the
 * interrupt. Instead the time that the deepest FIFO in common use takes, ten bits a byte, and never less than a USB
 * device takes to be asked for its bytes. On native_sim the bytes wait in the pty until the client reads them, and go
 * with the pty when the process ends: give it more.
 */
#define FIFO_BYTES 128
#define LINE_BITS_PER_BYTE 10
#define SLOWEST_BAUD 300
#define LEAST_MS (IS_ENABLED(CONFIG_ARCH_POSIX) ? 200 : 20)

const struct device *westerly_uart_mcumgr(void)
{
	/* An application without SMP has none; the firmware's CMakeLists.txt asks for it. */
	const struct device *uart = DEVICE_DT_GET_OR_NULL(UART);

	return uart != NULL && device_is_ready(uart) ? uart : NULL;
}

/*
 * A restart that nobody has prepared, after a crash or by a watchdog, may leave a UART with its interrupts on: QEMU's PL011
 * does. A byte that comes before the line is open would then raise an interrupt without a handler, for ever. Interrupts are
 * still locked here.
 */
static int interrupts_off(void)
{
	const struct device *uart = westerly_uart_mcumgr();

	if (uart != NULL) {
		uart_irq_rx_disable(uart);
		uart_irq_tx_disable(uart);
	}
	return 0;
}

SYS_INIT(interrupts_off, PRE_KERNEL_2, 0);

uint32_t westerly_uart_drain_time(void)
{
	/* native_sim and USB say 0. */
	uint32_t baud = MAX(DT_PROP_OR(UART, current_speed, 0), SLOWEST_BAUD);
	uint32_t fifo_ms = FIFO_BYTES * LINE_BITS_PER_BYTE * MSEC_PER_SEC / baud + 1;

	return DT_PROP_OR(UART, current_speed, 0) == 0 ? LEAST_MS : MAX(fifo_ms, LEAST_MS);
}
