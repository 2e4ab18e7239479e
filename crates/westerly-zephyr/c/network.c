/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * The board's IPv4 address on its first network interface: by DHCP, or its own of Kconfig, or its own until DHCP has another.
 * Zephyr's library for this (CONFIG_NET_CONFIG_SETTINGS) would hold up the start of everything else until there is one.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
/* Names a structure of the one above. */
#include <zephyr/net/dhcpv4.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/socket.h>

#include "westerly.h"

#define OWN_ADDRESS CONFIG_WESTERLY_NETWORK_ADDRESS

static westerly_network_told tell;

static void told(const struct in_addr *address, bool leased)
{
	static struct in_addr last;
	static bool last_leased;

	/* A lease that was renewed is no news. */
	if (address->s_addr == last.s_addr && leased == last_leased) {
		return;
	}
	last = *address;
	last_leased = leased;
	printk("Address %u.%u.%u.%u%s\n", address->s4_addr[0], address->s4_addr[1], address->s4_addr[2],
	       address->s4_addr[3], leased ? " by DHCP" : "");
	tell(address->s4_addr[0], address->s4_addr[1], address->s4_addr[2], address->s4_addr[3]);
}

static int take_own_address(void)
{
	struct net_if *interface = net_if_get_default();
	struct in_addr address, netmask, gateway;

	if (zsock_inet_pton(AF_INET, OWN_ADDRESS, &address) != 1 ||
	    zsock_inet_pton(AF_INET, CONFIG_WESTERLY_NETWORK_NETMASK, &netmask) != 1) {
		printk("Address: %s, netmask %s are none\n", OWN_ADDRESS, CONFIG_WESTERLY_NETWORK_NETMASK);
		return -EINVAL;
	}
	/* An address by DHCP takes the place of one that it may override. */
	if (net_if_ipv4_addr_add(interface, &address,
				 IS_ENABLED(CONFIG_WESTERLY_NETWORK_DHCP) ? NET_ADDR_OVERRIDABLE : NET_ADDR_MANUAL,
				 0) == NULL) {
		return -ENOMEM;
	}
	(void)net_if_ipv4_set_netmask_by_addr(interface, &address, &netmask);
	if (strlen(CONFIG_WESTERLY_NETWORK_GATEWAY) > 0) {
		if (zsock_inet_pton(AF_INET, CONFIG_WESTERLY_NETWORK_GATEWAY, &gateway) != 1) {
			printk("Gateway: %s is none\n", CONFIG_WESTERLY_NETWORK_GATEWAY);
			return -EINVAL;
		}
		net_if_ipv4_set_gw(interface, &gateway);
	}
	told(&address, false);
	return 0;
}

#ifdef CONFIG_WESTERLY_NETWORK_DHCP
static bool has_lease;

static void no_lease(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!has_lease) {
		(void)take_own_address();
	}
}

static K_WORK_DELAYABLE_DEFINE(wait_for_lease, no_lease);

static void lease(struct net_mgmt_event_callback *callback, uint64_t event, struct net_if *interface)
{
	ARG_UNUSED(callback);
	if (event == NET_EVENT_IPV4_DHCP_BOUND) {
		has_lease = true;
		told(&interface->config.dhcpv4.requested_ip, true);
	}
}

static int by_dhcp(struct net_if *interface)
{
	static struct net_mgmt_event_callback callback;

	net_mgmt_init_event_callback(&callback, lease, NET_EVENT_IPV4_DHCP_BOUND);
	net_mgmt_add_event_callback(&callback);
	net_dhcpv4_start(interface);
	if (strlen(OWN_ADDRESS) > 0) {
		(void)k_work_schedule(&wait_for_lease, K_SECONDS(CONFIG_WESTERLY_NETWORK_FALLBACK_S));
	}
	return 0;
}
#else
static int by_dhcp(struct net_if *interface)
{
	ARG_UNUSED(interface);
	return -ENOTSUP;
}
#endif

int westerly_network_start(westerly_network_told told_address)
{
	struct net_if *interface = net_if_get_default();

	if (interface == NULL) {
		return -ENODEV;
	}
	tell = told_address;
	return IS_ENABLED(CONFIG_WESTERLY_NETWORK_DHCP) ? by_dhcp(interface) : take_own_address();
}
