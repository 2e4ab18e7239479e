/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/drivers/spi.h>
#include <zephyr/irq.h>
#include <zephyr/sys/util.h>

#include "hal.h"

/* Rust fills what Zephyr reads. */
BUILD_ASSERT(sizeof(struct westerly_spi_buffer) == sizeof(struct spi_buf));
BUILD_ASSERT(offsetof(struct westerly_spi_buffer, bytes) == offsetof(struct spi_buf, buf));
BUILD_ASSERT(offsetof(struct westerly_spi_buffer, length) == offsetof(struct spi_buf, len));

int westerly_spi_open(const struct westerly_spi *spi)
{
	if (!device_is_ready(spi->bus) ||
	    (spi_cs_is_gpio(&spi->whole) && !gpio_is_ready_dt(&spi->whole.cs.gpio))) {
		return -WESTERLY_HAL_NOT_READY;
	}
	unsigned int key = irq_lock();
	bool taken = *spi->taken;

	*spi->taken = true;
	irq_unlock(key);
	return taken ? -WESTERLY_HAL_TAKEN : 0;
}

void westerly_spi_close(const struct westerly_spi *spi)
{
	*spi->taken = false;
}

int westerly_spi_transceive(const struct westerly_spi *spi, bool in_parts, const struct westerly_spi_buffer *transmit,
			    size_t transmit_count, const struct westerly_spi_buffer *receive, size_t receive_count)
{
	const struct spi_buf_set to = {.buffers = (const struct spi_buf *)transmit, .count = transmit_count};
	const struct spi_buf_set from = {.buffers = (const struct spi_buf *)receive, .count = receive_count};
	int result = spi_transceive(spi->bus, in_parts ? &spi->parts : &spi->whole, transmit_count > 0 ? &to : NULL,
				    receive_count > 0 ? &from : NULL);

	return westerly_hal_error(result);
}

int westerly_spi_release(const struct westerly_spi *spi)
{
	return westerly_hal_error(spi_release(spi->bus, &spi->parts));
}
