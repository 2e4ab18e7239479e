/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Cuts the power of native_sim in the middle of a flash operation: --cut-power-at=N ends the process at the N-th write or
 * erase of the flash simulator since its start, --cut-power-after=PERCENT says how much of that operation still happens.
 *
 * It puts itself between the flash simulator and everybody who uses it: by the driver's table of functions, in a device that
 * is constant for everybody else.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/device.h>
#include <zephyr/drivers/flash.h>
#include <zephyr/drivers/flash/flash_simulator.h>
#include <zephyr/init.h>
#include <zephyr/sys/util.h>

#include <cmdline.h>
#include <nsi_main.h>
#include <posix_native_task.h>

/* power_cut_host.c */
int power_cut_make_writable(void *object, unsigned long size);

/* The process's exit code, by which a test knows it from a crash. */
#define POWER_CUT 75
#define NEVER UINT32_MAX

static struct device *const flash = (struct device *)DEVICE_DT_GET(DT_CHOSEN(zephyr_flash_controller));
static const struct flash_driver_api *driver;

static uint32_t cut_at = NEVER;
static uint32_t cut_after = 50;
static uint32_t operations;

static bool is_the_last(void)
{
	return ++operations == cut_at;
}

static int cut_write(const struct device *device, off_t offset, const void *data, size_t length)
{
	if (is_the_last()) {
		size_t part = length * cut_after / 100;

		(void)driver->write(device, offset, data, part - part % driver->get_parameters(device)->write_block_size);
		nsi_exit(POWER_CUT);
	}
	return driver->write(device, offset, data, length);
}

static int cut_erase(const struct device *device, off_t offset, size_t size)
{
	if (is_the_last()) {
		size_t memory_size;
		uint8_t *memory = flash_simulator_get_memory(device, &memory_size);

		/* Also within a page, which no driver does and a flash that loses its power may. */
		memset(memory + offset, driver->get_parameters(device)->erase_value, size * cut_after / 100);
		nsi_exit(POWER_CUT);
	}
	return driver->erase(device, offset, size);
}

static int put_between(void)
{
	static struct flash_driver_api between;

	if (power_cut_make_writable(flash, sizeof(*flash)) != 0) {
		return -EIO;
	}
	driver = flash->api;
	between = *driver;
	between.write = cut_write;
	between.erase = cut_erase;
	flash->api = &between;
	return 0;
}

/* After the flash simulator has started, and before a file system is mounted on it. */
SYS_INIT(put_between, POST_KERNEL, UTIL_INC(CONFIG_FLASH_INIT_PRIORITY));

/* How many operations there were, for who ran without a cut. */
static void tell(void)
{
	printf("flash operations: %u\n", operations);
}

static void add_options(void)
{
	static struct args_struct_t options[] = {
		{
			.option = "cut-power-at",
			.name = "number",
			.type = 'u',
			.dest = &cut_at,
			.descript = "End at this write or erase of the flash, counted from 1",
		},
		{
			.option = "cut-power-after",
			.name = "percent",
			.type = 'u',
			.dest = &cut_after,
			.descript = "How much of that write or erase still happens (default 50)",
		},
		ARG_TABLE_ENDMARKER,
	};

	native_add_command_line_opts(options);
}

NATIVE_TASK(add_options, PRE_BOOT_1, 10);
NATIVE_TASK(tell, ON_EXIT, 1);
