/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * embedded-io over the emulated UART, whose hardware takes and gives 8 bytes at a time and has FIFOs of 64.
 */

#include <zephyr/drivers/serial/uart_emul.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include "drivers.h"

#define FIFO 64

static const struct device *const modem = DEVICE_DT_GET(DT_ALIAS(modem));

static void *setup(void)
{
	zassert_equal(drivers_modem_open(), DONE);
	/* A line is opened once. */
	zassert_equal(drivers_modem_open(), TAKEN);
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	uart_emul_flush_tx_data(modem);
}

ZTEST_SUITE(uart, NULL, setup, before, NULL, NULL);

ZTEST(uart, test_write)
{
	uint8_t sent[FIFO];

	zassert_equal(drivers_modem_write(40), DONE);
	zassert_equal(uart_emul_get_tx_data(modem, sent, sizeof(sent)), 40);
	for (uint8_t i = 0; i < 40; i++) {
		zassert_equal(sent[i], i);
	}
}

ZTEST(uart, test_echo)
{
	uint8_t sent[FIFO];
	uint8_t back[FIFO];

	/* More than the queue holds: the rest waits in the UART. */
	for (size_t i = 0; i < sizeof(sent); i++) {
		sent[i] = 255 - i;
	}
	zassert_equal(drivers_modem_ready(), 0);
	zassert_equal(uart_emul_put_rx_data(modem, sent, 50), 50);
	k_msleep(20);
	zassert_equal(drivers_modem_ready(), 1);
	zassert_equal(drivers_modem_echo(50), DONE);
	zassert_equal(uart_emul_get_tx_data(modem, back, sizeof(back)), 50);
	zassert_mem_equal(back, sent, 50);
	zassert_equal(drivers_modem_ready(), 0);
}

/* Nobody takes the bytes: after the FIFO is full the write gives up, and says so. */
ZTEST(uart, test_stalls)
{
	uint8_t sent[FIFO];

	zassert_equal(drivers_modem_write(FIFO + 1), STALLED);
	zassert_equal(uart_emul_get_tx_data(modem, sent, sizeof(sent)), FIFO);
	zassert_equal(sent[FIFO - 1], FIFO - 1);
	zassert_equal(drivers_modem_write(3), DONE);
	zassert_equal(uart_emul_get_tx_data(modem, sent, sizeof(sent)), 3);
	zassert_equal(sent[0], 0);
}
