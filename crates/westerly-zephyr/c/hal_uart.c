/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/device.h>

#include "hal.h"

const struct device *westerly_uart_device(const struct westerly_uart *uart)
{
	return device_is_ready(uart->uart) ? uart->uart : NULL;
}
