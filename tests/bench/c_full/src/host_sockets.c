/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr 4.3 holds the lock of a host socket for as long as recvfrom() waits,
 * so that C's UDP transport, which waits in one thread and answers from
 * another, sends each answer only when the next request comes (mended in
 * Zephyr 4.4, pull request 102192). Waiting outside of recvfrom() leaves the
 * transport as it is. The linker puts this in its place (--wrap).
 *
 * It also binds to the host's loopback address, where the transport would bind
 * to all: what is simulated has no business on the host's network.
 */

#include <errno.h>
#include <zephyr/net/socket.h>

ssize_t __real_z_impl_zsock_recvfrom(int sock, void *buf, size_t max_len, int flags,
				     struct sockaddr *address, socklen_t *address_length);

ssize_t __wrap_z_impl_zsock_recvfrom(int sock, void *buf, size_t max_len, int flags,
				     struct sockaddr *address, socklen_t *address_length)
{
	struct zsock_pollfd wait = {.fd = sock, .events = ZSOCK_POLLIN};

	for (;;) {
		ssize_t length;

		if (zsock_poll(&wait, 1, -1) < 0) {
			return -1;
		}
		length = __real_z_impl_zsock_recvfrom(sock, buf, max_len, flags | ZSOCK_MSG_DONTWAIT,
						      address, address_length);
		if (length >= 0 || errno != EAGAIN) {
			return length;
		}
	}
}

int __real_z_impl_zsock_bind(int sock, const struct sockaddr *address, socklen_t address_length);

int __wrap_z_impl_zsock_bind(int sock, const struct sockaddr *address, socklen_t address_length)
{
	struct sockaddr_in local = *net_sin(address);

	local.sin_addr = (struct in_addr)INADDR_LOOPBACK_INIT;
	return __real_z_impl_zsock_bind(sock, (struct sockaddr *)&local, address_length);
}
