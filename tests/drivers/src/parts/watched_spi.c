/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>

#include <zephyr/device.h>
#include <zephyr/drivers/spi.h>

#include "parts.h"

struct watched_spi watched_spi;
static int calls_before_failure;
static int failure;

void watched_spi_reset(void)
{
	watched_spi = (struct watched_spi){.same = true};
	failure = 0;
}

void watched_spi_fail(int calls, int error)
{
	calls_before_failure = calls;
	failure = error;
}

static void note(const struct spi_config *configuration)
{
	watched_spi.same &= watched_spi.configuration == NULL || watched_spi.configuration == configuration;
	watched_spi.configuration = configuration;
}

static int transceive(const struct device *device, const struct spi_config *configuration,
		      const struct spi_buf_set *transmit, const struct spi_buf_set *receive)
{
	ARG_UNUSED(device);
	note(configuration);
	watched_spi.calls++;
	if ((configuration->operation & SPI_HOLD_ON_CS) != 0 && (configuration->operation & SPI_LOCK_ON) != 0) {
		watched_spi.held++;
	}
	watched_spi.transmit_count = transmit == NULL ? 0 : transmit->count;
	watched_spi.receive_count = receive == NULL ? 0 : receive->count;
	if (failure != 0 && watched_spi.calls > calls_before_failure) {
		return failure;
	}
	return spi_transceive(DEVICE_DT_GET(DT_NODELABEL(part_spi)), configuration, transmit, receive);
}

static int release(const struct device *device, const struct spi_config *configuration)
{
	ARG_UNUSED(device);
	note(configuration);
	watched_spi.releases++;
	w25q32jv_deselect();
	return 0;
}

static DEVICE_API(spi, api) = {
	.transceive = transceive,
	.release = release,
};

DEVICE_DT_DEFINE(DT_NODELABEL(part_watched_spi), NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_SPI_INIT_PRIORITY, &api);
