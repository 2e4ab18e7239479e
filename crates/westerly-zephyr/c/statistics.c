/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * Zephyr's own statistics (CONFIG_STATS): groups of counters that its C code registers while it starts.
 */

#include <string.h>

#include <zephyr/stats/stats.h>
#include <zephyr/toolchain.h>

#include "westerly.h"

struct visit {
	bool (*each)(const char *name, uint64_t value, void *context);
	void *context;
};

void westerly_statistics(bool (*each)(const char *name, uint64_t value, void *context), void *context)
{
	for (struct stats_hdr *group = stats_group_get_next(NULL); group != NULL; group = stats_group_get_next(group)) {
		if (!each(group->s_name, group->s_cnt, context)) {
			return;
		}
	}
}

static uint64_t counter_read(const void *counter, uint8_t size)
{
	switch (size) {
	case sizeof(uint16_t):
		return *(const uint16_t *)counter;
	case sizeof(uint32_t):
		return *(const uint32_t *)counter;
	default:
		/* Groups are made of words of 32 bits, so one of 64 may lie on a half of its size. */
		return UNALIGNED_GET((const uint64_t *)counter);
	}
}

static int counter_visit(struct stats_hdr *group, void *context, const char *name, uint16_t offset)
{
	struct visit *visit = context;
	uint64_t value = counter_read((const uint8_t *)group + offset, group->s_size);

	return visit->each(name, value, visit->context) ? 0 : 1;
}

bool westerly_statistics_group(const char *name, size_t length,
			       bool (*each)(const char *name, uint64_t value, void *context), void *context)
{
	struct visit visit = {.each = each, .context = context};

	for (struct stats_hdr *group = stats_group_get_next(NULL); group != NULL; group = stats_group_get_next(group)) {
		if (strlen(group->s_name) == length && memcmp(group->s_name, name, length) == 0) {
			(void)stats_walk(group, counter_visit, &visit);
			return true;
		}
	}
	return false;
}
