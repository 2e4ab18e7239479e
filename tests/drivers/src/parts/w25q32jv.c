/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * W25Q32JV, after Winbond's data sheet of it (revision F): the instructions of section 8, the bits BUSY and WEL of the status
 * register (7.1), programming that only clears bits and wraps within its page of 256 bytes, instructions that are carried
 * out when the chip select goes up, and only with WEL set; the pin /HOLD (4.4), at which the part neither listens nor
 * answers, as far as it concerns whole transfers.
 *
 * Of the array only one sector has memory behind it.
 */

#include <string.h>

#include <zephyr/drivers/gpio/gpio_emul.h>
#include <zephyr/drivers/spi.h>
#include <zephyr/drivers/spi_emul.h>

#include "i2c_part.h"
#include "parts.h"
#include "spi_buffers.h"

#define NODE DT_NODELABEL(part_flash)

#define PAGE_PROGRAM 0x02
#define READ_DATA 0x03
#define READ_STATUS_1 0x05
#define WRITE_ENABLE 0x06
#define SECTOR_ERASE 0x20
#define READ_UNIQUE_ID 0x4b

#define BUSY 0x01
#define WEL 0x02

/* How many times the status says busy after an erase or a programming: the driver is to ask until it does not. */
#define BUSY_ANSWERS 3

#define PAGE 256

static const uint8_t unique_id[8] = {0xd1, 0x62, 0x44, 0x07, 0x3b, 0x5a, 0x2e, 0x1f};

static uint8_t sector[W25Q32JV_SECTOR_SIZE];
static uint8_t worn_out;
static bool write_enabled;
static int busy;

/* The transfer that goes on. */
static size_t count;
static uint8_t instruction;
static uint32_t address;
static uint8_t page[PAGE];
static bool page_bytes[PAGE];

static const struct gpio_dt_spec hold_pin = GPIO_DT_SPEC_GET(NODE, hold_gpios);

void w25q32jv_power_on(void)
{
	/* There are pull-up resistors beside it. */
	(void)gpio_pin_configure_dt(&hold_pin, GPIO_OUTPUT_INACTIVE);
	memset(sector, 0xff, sizeof(sector));
	worn_out = 0;
	write_enabled = false;
	busy = 0;
	count = 0;
}

const uint8_t *w25q32jv_sector(void)
{
	return sector;
}

void w25q32jv_wear_out(uint8_t bits)
{
	worn_out = bits;
}

/* NULL where there is no memory. */
static uint8_t *cell(uint32_t at)
{
	if (at < W25Q32JV_SECTOR_ADDRESS || at - W25Q32JV_SECTOR_ADDRESS >= sizeof(sector)) {
		return NULL;
	}
	return &sector[at - W25Q32JV_SECTOR_ADDRESS];
}

static uint8_t exchange(uint8_t in)
{
	size_t index = count;

	count++;
	if (index == 0) {
		instruction = in;
		address = 0;
		memset(page_bytes, 0, sizeof(page_bytes));
		return 0xff;
	}
	if (instruction == READ_STATUS_1) {
		uint8_t status = (busy > 0 ? BUSY : 0) | (write_enabled ? WEL : 0);

		busy = MAX(busy - 1, 0);
		return status;
	}
	if (instruction == READ_UNIQUE_ID) {
		return index < 5 ? 0xff : unique_id[(index - 5) % sizeof(unique_id)];
	}
	if (index <= 3) {
		address = address << 8 | in;
		return 0xff;
	}
	if (instruction == READ_DATA) {
		const uint8_t *at = cell(address);

		address++;
		return at == NULL ? 0xff : *at;
	}
	if (instruction == PAGE_PROGRAM) {
		uint32_t place = (address + (index - 4)) % PAGE;

		page[place] = in;
		page_bytes[place] = true;
	}
	return 0xff;
}

static void program(void)
{
	for (uint32_t i = 0; i < PAGE; i++) {
		uint8_t *at = cell(address / PAGE * PAGE + i);

		if (page_bytes[i] && at != NULL) {
			*at &= page[i] | worn_out;
		}
	}
}

void w25q32jv_deselect(void)
{
	size_t length = count;

	count = 0;
	if (length == 0) {
		return;
	}
	if (instruction == WRITE_ENABLE && length == 1) {
		write_enabled = true;
	} else if (instruction == PAGE_PROGRAM && length > 4 && write_enabled) {
		program();
		write_enabled = false;
		busy = BUSY_ANSWERS;
	} else if (instruction == SECTOR_ERASE && length == 4 && write_enabled) {
		if (cell(address) != NULL) {
			memset(sector, 0xff, sizeof(sector));
		}
		write_enabled = false;
		busy = BUSY_ANSWERS;
	}
}

/* Looks at the pin itself, which is low to hold. */
static bool on_hold(void)
{
	return gpio_emul_output_get(hold_pin.port, hold_pin.pin) == 0;
}

static int io(const struct emul *target, const struct spi_config *configuration, const struct spi_buf_set *transmit,
	      const struct spi_buf_set *receive)
{
	size_t length = MAX(spi_buffers_length(transmit), spi_buffers_length(receive));
	bool hold = on_hold();

	ARG_UNUSED(target);
	for (size_t i = 0; i < length; i++) {
		const uint8_t *in = spi_buffers_at(transmit, i);
		uint8_t *out = spi_buffers_at(receive, i);
		uint8_t answer = hold ? 0 : exchange(in == NULL ? 0 : *in);

		if (out != NULL) {
			*out = answer;
		}
	}
	if ((configuration->operation & SPI_HOLD_ON_CS) == 0) {
		w25q32jv_deselect();
	}
	return 0;
}

static const struct spi_emul_api api = {.io = io};

DEVICE_DT_DEFINE(NODE, NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE, NULL);
EMUL_DT_DEFINE(NODE, i2c_part_init, NULL, NULL, &api, NULL);
