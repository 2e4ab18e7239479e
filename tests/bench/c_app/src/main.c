/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/sys/printk.h>

int main(void)
{
	printk("C MCUmgr on %s\n", CONFIG_BOARD);
	return 0;
}
