/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/sys/printk.h>

int main(void)
{
	printk("Hello world from C on %s\n", CONFIG_BOARD);
	return 0;
}
