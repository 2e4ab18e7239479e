/* SPDX-License-Identifier: Apache-2.0 */

/* The statistics group to be asked for: bench, with eight counters. */

#include "bench_values.h"

#include <zephyr/stats/stats.h>

STATS_SECT_START(bench)
STATS_SECT_ENTRY(ticks)
STATS_SECT_ENTRY(requests)
STATS_SECT_ENTRY(errors)
STATS_SECT_ENTRY(dropped)
STATS_SECT_ENTRY(received)
STATS_SECT_ENTRY(sent)
STATS_SECT_ENTRY(opened)
STATS_SECT_ENTRY(closed)
STATS_SECT_END;

STATS_NAME_START(bench)
STATS_NAME(bench, ticks)
STATS_NAME(bench, requests)
STATS_NAME(bench, errors)
STATS_NAME(bench, dropped)
STATS_NAME(bench, received)
STATS_NAME(bench, sent)
STATS_NAME(bench, opened)
STATS_NAME(bench, closed)
STATS_NAME_END(bench);

static STATS_SECT_DECL(bench) bench;

int bench_register_statistics(void)
{
	int result = stats_init_and_reg(&bench.s_hdr, STATS_SIZE_INIT_PARMS(bench, STATS_SIZE_32),
					STATS_NAME_INIT_PARMS(bench), "bench");

	STATS_INCN(bench, ticks, 5);
	return result;
}
