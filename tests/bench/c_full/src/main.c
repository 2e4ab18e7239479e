/* SPDX-License-Identifier: Apache-2.0 */

/*
 * C MCUmgr with all its groups, one statistics group and three settings to be
 * asked for. The file system is mounted by the devicetree's fstab.
 */

#include <errno.h>
#include <string.h>
#include <zephyr/kernel.h>
#include <zephyr/mgmt/mcumgr/transport/smp_udp.h>
#include <zephyr/net/net_if.h>
#include <zephyr/settings/settings.h>
#include <zephyr/stats/stats.h>
#include <zephyr/sys/printk.h>

STATS_SECT_START(bench)
STATS_SECT_ENTRY(ticks)
STATS_SECT_ENTRY(requests)
STATS_SECT_END;

STATS_NAME_START(bench)
STATS_NAME(bench, ticks)
STATS_NAME(bench, requests)
STATS_NAME_END(bench);

static STATS_SECT_DECL(bench) bench;

/* bench/number, bench/text: kept in storage; bench/fixed: read only. */
static uint32_t number = 42;
static char text[16] = "hello";

static int bench_get(const char *name, char *value, int room)
{
	const char *next;

	if (settings_name_steq(name, "number", &next) && next == NULL) {
		int length = MIN(room, (int)sizeof(number));

		memcpy(value, &number, length);
		return length;
	}
	if (settings_name_steq(name, "text", &next) && next == NULL) {
		int length = MIN(room, (int)strlen(text));

		memcpy(value, text, length);
		return length;
	}
	if (settings_name_steq(name, "fixed", &next) && next == NULL && room > 0) {
		value[0] = 7;
		return 1;
	}
	return -ENOENT;
}

static int bench_set(const char *name, size_t length, settings_read_cb read, void *context)
{
	const char *next;

	if (settings_name_steq(name, "number", &next) && next == NULL) {
		if (length != sizeof(number)) {
			return -EINVAL;
		}
		return read(context, &number, sizeof(number)) < 0 ? -EIO : 0;
	}
	if (settings_name_steq(name, "text", &next) && next == NULL) {
		ssize_t got;

		if (length >= sizeof(text)) {
			return -EINVAL;
		}
		got = read(context, text, sizeof(text) - 1);
		if (got < 0) {
			return -EIO;
		}
		text[got] = '\0';
		return 0;
	}
	return -ENOENT;
}

static int bench_export(int (*save)(const char *name, const void *value, size_t length))
{
	int result = save("bench/number", &number, sizeof(number));

	return result != 0 ? result : save("bench/text", text, strlen(text));
}

SETTINGS_STATIC_HANDLER_DEFINE(bench, "bench", bench_get, bench_set, NULL, bench_export);

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
	int result = settings_subsys_init();

	if (result != 0 || settings_load() != 0) {
		printk("no settings: %d\n", result);
	}
	result = stats_init_and_reg(&bench.s_hdr, STATS_SIZE_INIT_PARMS(bench, STATS_SIZE_32),
				    STATS_NAME_INIT_PARMS(bench), "bench");
	if (result != 0) {
		printk("no statistics: %d\n", result);
	}
	STATS_INCN(bench, ticks, 5);
	open_udp();
	printk("C MCUmgr on %s\n", CONFIG_BOARD);
	return 0;
}
