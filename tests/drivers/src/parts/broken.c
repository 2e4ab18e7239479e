/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>

#include <zephyr/device.h>

static int init(const struct device *device)
{
	ARG_UNUSED(device);
	return -EIO;
}

DEVICE_DT_DEFINE(DT_NODELABEL(part_broken), init, NULL, NULL, NULL, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE, NULL);
