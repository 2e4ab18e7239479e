/* SPDX-License-Identifier: Apache-2.0 */

/*
 * C MCUmgr with all its groups, and something to be asked for in each. The file
 * system is mounted by the devicetree's fstab.
 */

#include <errno.h>
#include <zephyr/kernel.h>
#include <zephyr/mgmt/mcumgr/transport/smp_udp.h>
#include <zephyr/net/net_if.h>
#include <zephyr/sys/printk.h>

#include "bench_values.h"

/*
 * The transport waits for an interface that says it is up and speaks IPv4. The
 * one that stands for the host's sockets never says the latter by itself.
 */
static void open_udp(void)
{
#ifdef CONFIG_MCUMGR_TRANSPORT_UDP
	struct net_if *interface = net_if_get_default();
	int result;

	net_if_flag_set(interface, NET_IF_IPV4);
	result = net_if_up(interface);
	if (result != 0 && result != -EALREADY) {
		printk("no network: %d\n", result);
	}
	result = smp_udp_open();
	if (result != 0) {
		printk("no UDP: %d\n", result);
	}
#endif
}

int main(void)
{
	int result = bench_load_settings();

	if (result != 0) {
		printk("no settings: %d\n", result);
	}
	result = bench_register_statistics();
	if (result != 0) {
		printk("no statistics: %d\n", result);
	}
	open_udp();
	printk("C MCUmgr on %s\n", CONFIG_BOARD);
	return 0;
}
