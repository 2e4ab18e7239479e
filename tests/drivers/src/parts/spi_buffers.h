/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a transfer over SPI, whatever buffers they lie in.
 */

#ifndef SPI_BUFFERS_H
#define SPI_BUFFERS_H

#include <zephyr/drivers/spi.h>

/* The byte at this place; NULL beyond them all and where nothing is given. */
static inline uint8_t *spi_buffers_at(const struct spi_buf_set *set, size_t index)
{
	for (size_t i = 0; set != NULL && i < set->count; i++) {
		if (index < set->buffers[i].len) {
			return set->buffers[i].buf == NULL ? NULL : (uint8_t *)set->buffers[i].buf + index;
		}
		index -= set->buffers[i].len;
	}
	return NULL;
}

static inline size_t spi_buffers_length(const struct spi_buf_set *set)
{
	size_t length = 0;

	for (size_t i = 0; set != NULL && i < set->count; i++) {
		length += set->buffers[i].len;
	}
	return length;
}

#endif
