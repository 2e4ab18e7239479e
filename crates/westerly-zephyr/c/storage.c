/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The partition storage_partition, erased as a whole.
 */

#include <errno.h>

#include <zephyr/settings/settings.h>
#include <zephyr/storage/flash_map.h>
#include <zephyr/sys/util.h>

#ifdef CONFIG_SETTINGS_NVS
#include <zephyr/fs/nvs.h>
#endif

#include "watchdog.h"
#include "westerly.h"

#define PARTITION FIXED_PARTITION_ID(storage_partition)

#if defined(CONFIG_SETTINGS_NVS) && (!DT_HAS_CHOSEN(zephyr_settings_partition) || \
				     DT_SAME_NODE(DT_CHOSEN(zephyr_settings_partition), DT_NODELABEL(storage_partition)))
static int pass_over(const char *key, size_t length, settings_read_cb read, void *source, void *context)
{
	ARG_UNUSED(key);
	ARG_UNUSED(length);
	ARG_UNUSED(read);
	ARG_UNUSED(source);
	ARG_UNUSED(context);
	return 0;
}

/*
 * NVS remembers where in the partition it goes on to write, and the settings how many of them there are. After an erase
 * neither is true: what is saved next would not be found again after a restart. A mount puts right the one and a load,
 * which finds nothing, the other.
 */
static int settings_start_over(void)
{
	void *storage = NULL;

	if (settings_storage_get(&storage) != 0 || storage == NULL) {
		return 0; /* not in use */
	}

	int error = nvs_mount(storage);

	return error == 0 ? settings_load_subtree_direct(NULL, pass_over, NULL) : error;
}
#else
static int settings_start_over(void)
{
	return 0;
}
#endif

int westerly_storage_erase(void)
{
	westerly_watchdog_report();

	const struct flash_area *area;

	if (flash_area_open(PARTITION, &area) != 0) {
		return WESTERLY_STORAGE_OPEN;
	}
	if (!flash_area_device_is_ready(area)) {
		flash_area_close(area);
		return WESTERLY_STORAGE_QUERY;
	}

	int error = flash_area_flatten(area, 0, area->fa_size);

	flash_area_close(area);
	if (error == 0) {
		error = settings_start_over();
	}
	return error == 0 ? WESTERLY_STORAGE_ERASED : WESTERLY_STORAGE_ERASE;
}
