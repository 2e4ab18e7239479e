/*
 * SPDX-License-Identifier: Apache-2.0
 *
 * UDP through Zephyr's BSD sockets, the thread for it, and on native_sim the options that say where to listen.
 */

#include <errno.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>

#include "watchdog.h"
#include "westerly.h"

/* What the simulator sets options to that are not given. */
#define NO_ADDRESS NULL
#define NO_PORT UINT32_MAX

#ifdef CONFIG_ARCH_POSIX
#include <cmdline.h>
#include <posix_native_task.h>

static char *address_option = NO_ADDRESS;
static uint32_t port_option = NO_PORT;

static void add_options(void)
{
	static struct args_struct_t options[] = {
		{
			.option = "udp-address",
			.name = "address",
			.type = 's',
			.dest = &address_option,
			.descript = "IPv4 address of the host to answer SMP on (default " CONFIG_WESTERLY_UDP_ADDRESS ")",
		},
		{
			.option = "udp-port",
			.name = "port",
			.type = 'u',
			.dest = &port_option,
			.descript = "UDP port to answer SMP on (default " STRINGIFY(CONFIG_WESTERLY_UDP_PORT) ")",
		},
		ARG_TABLE_ENDMARKER,
	};

	native_add_command_line_opts(options);
}

NATIVE_TASK(add_options, PRE_BOOT_1, 10);
#else
static char *const address_option = NO_ADDRESS;
static const uint32_t port_option = NO_PORT;
#endif

/* A negative errno value, whatever the back end left in errno: never 0 or more for a failure. */
static int failure(void)
{
	return errno > 0 ? -errno : -EIO;
}

/* The one socket, for westerly_udp_close(). */
static int bound = -1;

int westerly_udp_open(void)
{
	const char *address = address_option != NO_ADDRESS ? address_option : CONFIG_WESTERLY_UDP_ADDRESS;
	uint32_t port = port_option != NO_PORT ? port_option : CONFIG_WESTERLY_UDP_PORT;
	struct sockaddr_in local = {.sin_family = AF_INET};

	if (port > UINT16_MAX || zsock_inet_pton(AF_INET, address, &local.sin_addr) != 1) {
		printk("SMP over UDP: %s port %u is no address to listen on\n", address, port);
		return -EINVAL;
	}
	local.sin_port = htons(port);

	int socket = zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);

	if (socket < 0) {
		int error = failure();
		printk("SMP over UDP: no socket (error %d)\n", error);
		return error;
	}
	if (zsock_bind(socket, (struct sockaddr *)&local, sizeof(local)) != 0) {
		int error = failure();

		(void)zsock_close(socket);
		printk("SMP over UDP: cannot bind %s port %u (error %d): is it taken?\n", address, port, error);
		return error;
	}
	printk("SMP over UDP on %s port %u\n", address, port);
	bound = socket;
	return socket;
}

int westerly_udp_receive(int socket, uint8_t *buffer, size_t size, struct westerly_udp_peer *peer, bool *waited)
{
	struct sockaddr_in from = {0};
	socklen_t from_length = sizeof(from);
	ssize_t length;

	*waited = false;
	/* Waits in poll and not in recvfrom, which holds the socket's lock meanwhile: no other thread could close it. */
	while ((length = zsock_recvfrom(socket, buffer, size, ZSOCK_MSG_DONTWAIT, (struct sockaddr *)&from,
					&from_length)) < 0 &&
	       (errno == EAGAIN || errno == EWOULDBLOCK)) {
		struct zsock_pollfd readable = {.fd = socket, .events = ZSOCK_POLLIN};

		westerly_watchdog_report();
		if (zsock_poll(&readable, 1, WESTERLY_WAIT_MS) < 0) {
			return failure();
		}
		from_length = sizeof(from);
		*waited = true;
	}
	if (length < 0) {
		return failure();
	}
	peer->address = ntohl(from.sin_addr.s_addr);
	peer->port = ntohs(from.sin_port);
	return (int)length;
}

bool westerly_udp_has_more(int socket)
{
	uint8_t first;

	/* Not by poll: native_sim's sockets find out what is there while they wait, and without a wait they always say no. */
	return zsock_recvfrom(socket, &first, sizeof(first), ZSOCK_MSG_PEEK | ZSOCK_MSG_DONTWAIT, NULL, NULL) >= 0;
}

int westerly_udp_send(int socket, const uint8_t *data, size_t length, const struct westerly_udp_peer *peer)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(peer->port),
		.sin_addr = {.s_addr = htonl(peer->address)},
	};
	ssize_t sent = zsock_sendto(socket, data, length, 0, (struct sockaddr *)&to, sizeof(to));

	return sent < 0 ? failure() : (int)sent;
}

void westerly_udp_close(void)
{
	if (bound >= 0) {
		(void)zsock_close(bound);
		bound = -1;
	}
}

static K_THREAD_STACK_DEFINE(stack, CONFIG_WESTERLY_UDP_STACK_SIZE);
static struct k_thread thread;

static void run(void *entry, void *unused_2, void *unused_3)
{
	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	((void (*)(void))entry)();
}

void westerly_udp_thread_start(void (*entry)(void))
{
	static atomic_t started_before;

	if (atomic_set(&started_before, 1) != 0) {
		return;
	}

	/* The same priority as the main thread, the serial transport: neither transport starves the other. */
	k_tid_t started = k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), run, (void *)entry, NULL, NULL,
					  CONFIG_MAIN_THREAD_PRIORITY, 0, K_NO_WAIT);

	(void)k_thread_name_set(started, "westerly_udp");
}
