/* SPDX-License-Identifier: MIT */
/* The transport over a netlink socket. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <sys/socket.h>

static int set_options(struct mnl_socket *socket)
{
	/*
	 * Without CAP_ACK an error returns the whole request, and for tens of
	 * megabytes that fails with ENOMEM, which hides the error itself.
	 */
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK,
				       NETLINK_GET_STRICT_CHK };
	int on = 1;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (mnl_socket_setsockopt(socket, options[i], &on, sizeof(on)))
			return -errno;
	return 0;
}

int fguard_socket_open(void **carrier)
{
	struct mnl_socket *socket;
	int err;

	socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	err = set_options(socket);
	if (!err && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID))
		err = -errno;
	if (err) {
		mnl_socket_close(socket);
		return err;
	}
	*carrier = socket;
	return 0;
}

static int open_another(void *carrier, void **another)
{
	(void)carrier;
	return fguard_socket_open(another);
}

static int send_message(void *carrier, const void *data, size_t size)
{
	return mnl_socket_sendto(carrier, data, size) < 0 ? -errno : 0;
}

/* Not mnl_socket_recvfrom(), which does not return the sender. */
static ssize_t receive_datagram(void *carrier, void *buffer, size_t size,
				bool wait, uint32_t *sender)
{
	struct sockaddr_nl from = { 0 };
	struct iovec vector = { .iov_base = buffer, .iov_len = size };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &vector,
		.msg_iovlen = 1,
	};
	ssize_t received;

	received = recvmsg(mnl_socket_get_fd(carrier), &message,
			   MSG_TRUNC | (wait ? 0 : MSG_DONTWAIT));
	if (received < 0)
		return -errno;
	*sender = from.nl_pid;
	return received;
}

static int join_group(void *carrier, uint32_t group)
{
	int number = (int)group;

	if (mnl_socket_setsockopt(carrier, NETLINK_ADD_MEMBERSHIP, &number,
				  sizeof(number)))
		return -errno;
	return 0;
}

static int grow_buffer(void *carrier, int option, size_t size)
{
	int bytes = size > INT_MAX / 2 ? INT_MAX / 2 : (int)size;

	if (setsockopt(mnl_socket_get_fd(carrier), SOL_SOCKET, option, &bytes,
		       sizeof(bytes)))
		return -errno;
	return 0;
}

static int get_descriptor(void *carrier)
{
	return mnl_socket_get_fd(carrier);
}

static void close_socket(void *carrier)
{
	mnl_socket_close(carrier);
}

const struct fguard_transport fguard_socket_transport = {
	.open = open_another,
	.send = send_message,
	.receive = receive_datagram,
	.join = join_group,
	.grow = grow_buffer,
	.descriptor = get_descriptor,
	.close = close_socket,
};
