/* SPDX-License-Identifier: MIT */
/* The real transport, against what every kernel has: nlctrl and USERSOCK. */
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static struct fguard *open_unresolved(void)
{
	struct fguard *guard;

	assert_int_equal(fguard_create(&guard), 0);
	assert_int_equal(fguard_socket_open(&guard->carrier), 0);
	guard->transport = &fguard_socket_transport;
	return guard;
}

static void the_kernels_own_family_is_found(void **state)
{
	struct fguard_family family = { 0 };
	struct fguard *guard = open_unresolved();

	(void)state;
	assert_int_equal(fguard_find_family(guard, "nlctrl", "notify", &family), 0);
	assert_int_equal(family.id, GENL_ID_CTRL);
	assert_true(family.version >= 2);
	assert_true(family.group > 0);
	assert_int_equal(fguard_socket_transport.join(guard->carrier,
						      family.group), 0);
	fguard_close(guard);
}

static void a_family_that_is_not_there_is_not_found(void **state)
{
	struct fguard_family family = { 0 };
	struct fguard *guard = open_unresolved();

	(void)state;
	assert_int_equal(fguard_find_family(guard, "fguard-none", NULL, &family),
			 -ENOENT);
	/* the handle still works */
	assert_int_equal(fguard_find_family(guard, "nlctrl", NULL, &family), 0);
	fguard_close(guard);
}

static void the_socket_does_not_outlive_exec(void **state)
{
	struct fguard *guard = open_unresolved();
	int fd = fguard_socket_transport.descriptor(guard->carrier);

	(void)state;
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	fguard_close(guard);
}

/* USERSOCK is the protocol on which anyone may send to anyone. */
static struct mnl_socket *open_usersock(void)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_USERSOCK);

	assert_non_null(socket);
	assert_int_equal(mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID), 0);
	return socket;
}

static void send_to(struct mnl_socket *from, struct mnl_socket *to, size_t size)
{
	static unsigned char data[100];
	struct sockaddr_nl address = { .nl_family = AF_NETLINK,
				       .nl_pid = mnl_socket_get_portid(to) };

	assert_int_equal(sendto(mnl_socket_get_fd(from), data, size, 0,
				(struct sockaddr *)&address, sizeof(address)),
			 size);
}

static void the_sender_and_the_full_length_are_told(void **state)
{
	struct mnl_socket *from = open_usersock(), *to = open_usersock();
	unsigned char buffer[40];
	uint32_t sender = 0;

	(void)state;
	assert_int_equal(fguard_socket_transport.receive(to, buffer, 40, false,
							 &sender), -EAGAIN);
	send_to(from, to, 100);
	assert_int_equal(fguard_socket_transport.receive(to, buffer, 40, true,
							 &sender), 100);
	assert_int_equal(sender, mnl_socket_get_portid(from));
	mnl_socket_close(from);
	mnl_socket_close(to);
}

int run_socket_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_own_family_is_found),
		cmocka_unit_test(a_family_that_is_not_there_is_not_found),
		cmocka_unit_test(the_socket_does_not_outlive_exec),
		cmocka_unit_test(the_sender_and_the_full_length_are_told),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
