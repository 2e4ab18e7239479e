/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/sys/printk.h>

#ifdef CONFIG_SETTINGS
#include "bench_values.h"
#endif

int main(void)
{
#ifdef CONFIG_SETTINGS
	if (bench_load_settings() != 0) {
		printk("no settings\n");
	}
#endif
	printk("Hello world from C on %s\n", CONFIG_BOARD);
	return 0;
}
