/*
 * SPDX-License-Identifier: Apache-2.0
 */

#include <zephyr/irq.h>
#include <zephyr/kernel.h>

#include "westerly_defmt.h"

uint32_t westerly_defmt_lock(void)
{
	return irq_lock();
}

void westerly_defmt_unlock(uint32_t key)
{
	irq_unlock(key);
}

uint64_t westerly_defmt_uptime(void)
{
	return k_ticks_to_us_floor64(k_uptime_ticks());
}
