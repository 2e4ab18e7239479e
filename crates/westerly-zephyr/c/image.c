/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The slots of MCUboot's images through the flash map, and MCUboot's own calls that say what is booted next.
 */

#include <errno.h>

#include <zephyr/devicetree.h>
#include <zephyr/dfu/mcuboot.h>
#include <zephyr/drivers/flash.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/util.h>

#include "watchdog.h"
#include "westerly.h"

#define SLOTS 2

/* By MCUboot's numbering: image 0 has slot0_partition and slot1_partition, image 1 the next two. */
static const uint8_t partitions[CONFIG_UPDATEABLE_IMAGE_NUMBER][SLOTS] = {
	{FIXED_PARTITION_ID(slot0_partition), FIXED_PARTITION_ID(slot1_partition)},
#if CONFIG_UPDATEABLE_IMAGE_NUMBER > 1
	{FIXED_PARTITION_ID(slot2_partition), FIXED_PARTITION_ID(slot3_partition)},
#endif
#if CONFIG_UPDATEABLE_IMAGE_NUMBER > 2
	{FIXED_PARTITION_ID(slot4_partition), FIXED_PARTITION_ID(slot5_partition)},
#endif
};

uint8_t westerly_image_count(void)
{
	return ARRAY_SIZE(partitions);
}

static int open_slot(uint8_t image, uint8_t slot, const struct flash_area **area)
{
	if (image >= ARRAY_SIZE(partitions) || slot >= SLOTS) {
		return -ENOENT;
	}

	int error = flash_area_open(partitions[image][slot], area);

	if (error == 0 && !flash_area_device_is_ready(*area)) {
		flash_area_close(*area);
		return -ENODEV;
	}
	return error;
}

/*
 * Where an image begins in a slot that is open. Not always at its start: a boot loader that swaps "using offset" keeps the
 * first page of the second slot free while an upgrade is to be done, and not while one is to be reverted.
 */
static uint32_t start_of(uint8_t image, uint8_t slot)
{
	ARG_UNUSED(image);
	ARG_UNUSED(slot);
	return boot_get_image_start_offset(partitions[image][slot]);
}

int westerly_image_slot_size(uint8_t image, uint8_t slot, uint32_t *size)
{
	const struct flash_area *area;
	int error = open_slot(image, slot, &area);

	if (error == 0) {
		*size = area->fa_size - start_of(image, slot);
		flash_area_close(area);
	}
	return westerly_error(error);
}

int westerly_image_read(uint8_t image, uint8_t slot, uint32_t offset, uint8_t *into, size_t size)
{
	westerly_watchdog_report();

	const struct flash_area *area;
	int error = open_slot(image, slot, &area);

	if (error == 0) {
		error = flash_area_read(area, start_of(image, slot) + offset, into, size);
		flash_area_close(area);
	}
	return westerly_error(error);
}

int westerly_image_write(uint8_t image, uint8_t slot, uint32_t offset, const uint8_t *data, size_t length)
{
	westerly_watchdog_report();

	const struct flash_area *area;
	int error = open_slot(image, slot, &area);

	if (error == 0) {
		error = flash_area_write(area, start_of(image, slot) + offset, data, length);
		flash_area_close(area);
	}
	return westerly_error(error);
}

uint32_t westerly_image_write_alignment(void)
{
	const struct flash_area *area;

	if (open_slot(0, 1, &area) != 0) {
		return 1;
	}

	uint32_t alignment = flash_area_align(area);

	flash_area_close(area);
	return alignment;
}

/* Reading a page costs little of what erasing it costs in time, and nothing of what it costs in wear. */
static int page_is_erased(const struct flash_area *area, off_t offset, size_t size, bool *is_erased)
{
	uint8_t chunk[32];
	uint8_t erased = flash_area_erased_val(area);

	for (size_t done = 0; done < size;) {
		size_t length = MIN(sizeof(chunk), size - done);
		int error = flash_area_read(area, offset + (off_t)done, chunk, length);

		if (error != 0) {
			return error;
		}
		for (size_t index = 0; index < length; index++) {
			if (chunk[index] != erased) {
				*is_erased = false;
				return 0;
			}
		}
		done += length;
	}
	*is_erased = true;
	return 0;
}

static int erase_page(const struct flash_area *area, uint32_t offset, uint32_t *next)
{
	struct flash_pages_info page;
	bool is_erased;

	if (offset >= area->fa_size) {
		return -EINVAL;
	}

	int error = flash_get_page_info_by_offs(flash_area_get_device(area), area->fa_off + (off_t)offset, &page);

	if (error != 0) {
		return error;
	}

	off_t start = page.start_offset - area->fa_off;

	if (start < 0 || (size_t)start + page.size > area->fa_size) {
		return -EINVAL; /* the partition does not begin or end with a page */
	}
	error = page_is_erased(area, start, page.size, &is_erased);
	if (error == 0 && !is_erased) {
		error = flash_area_flatten(area, start, page.size);
	}
	*next = (uint32_t)start + page.size;
	return error;
}

int westerly_image_erase(uint8_t image, uint8_t slot, uint32_t offset, uint32_t *next)
{
	westerly_watchdog_report();

	const struct flash_area *area;
	int error = open_slot(image, slot, &area);

	if (error == 0) {
		uint32_t start = start_of(image, slot);

		error = erase_page(area, start + offset, next);
		if (error == 0) {
			*next -= start;
		}
		flash_area_close(area);
	}
	return westerly_error(error);
}

int westerly_image_active(uint8_t image)
{
	if (image >= ARRAY_SIZE(partitions)) {
		return -WESTERLY_NOT_FOUND;
	}

	uint8_t running = boot_fetch_active_slot();

	for (int slot = 0; slot < SLOTS; slot++) {
		if (partitions[image][slot] == running) {
			return slot;
		}
	}
	/* The other images of an application: with a boot loader that swaps, they are used from their first slot. */
	return 0;
}

int westerly_image_boot_next(uint8_t image)
{
	switch (mcuboot_swap_type_multi(image)) {
	case BOOT_SWAP_TYPE_TEST:
		return WESTERLY_BOOT_TEST;
	case BOOT_SWAP_TYPE_PERM:
		return WESTERLY_BOOT_PERMANENT;
	case BOOT_SWAP_TYPE_REVERT:
		return WESTERLY_BOOT_REVERT;
	default:
		return WESTERLY_BOOT_SAME;
	}
}

int westerly_image_test(uint8_t image, bool permanent)
{
	return westerly_error(boot_request_upgrade_multi(image, permanent ? BOOT_UPGRADE_PERMANENT : BOOT_UPGRADE_TEST));
}

int westerly_image_confirm(uint8_t image)
{
	return westerly_error(image == 0 ? boot_write_img_confirmed() : boot_write_img_confirmed_multi(image));
}
