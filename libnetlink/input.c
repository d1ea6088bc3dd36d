/* SPDX-License-Identifier: MIT */
/* Datagrams from the kernel, and the messages in them. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>

static int receive_error(struct fguard *guard, int error)
{
	if (error == -EAGAIN || error == -EINTR)
		return 0;
	if (error == -ENOBUFS)
		return fguard_fail(guard, error,
				   "the socket was full and the kernel dropped a message");
	return fguard_fail_errno(guard, error);
}

int fguard_receive(struct fguard *guard, void *carrier, bool wait)
{
	uint32_t sender = 0;
	ssize_t size;

	guard->input_size = 0;
	guard->input_at = 0;
	size = guard->transport->receive(carrier, guard->input,
					 FGUARD_INPUT_SIZE, wait, &sender);
	if (size < 0)
		return receive_error(guard, (int)size);
	/* Any process may send to a netlink socket; only port 0 is the kernel. */
	if (sender != 0)
		return 0;
	if (size > FGUARD_INPUT_SIZE)
		return fguard_fail(guard, -EPROTO,
				   "the kernel sent a message of %zd bytes", size);
	guard->input_size = (size_t)size;
	return 1;
}

/* Not mnl_nlmsg_ok(): it takes a length beyond INT_MAX for a negative one. */
static bool message_fits(const struct nlmsghdr *head, size_t left)
{
	return left >= NLMSG_HDRLEN && head->nlmsg_len >= NLMSG_HDRLEN &&
	       head->nlmsg_len <= left;
}

int fguard_next_message(struct fguard *guard, const struct nlmsghdr **head)
{
	size_t at = guard->input_at;
	size_t left = at < guard->input_size ? guard->input_size - at : 0;
	const struct nlmsghdr *here = (const void *)(guard->input + at);

	if (!left)
		return 0;
	if (!message_fits(here, left)) {
		guard->input_size = 0;
		return fguard_fail(guard, -EPROTO,
				   "the kernel sent a malformed message");
	}
	guard->input_at += NLMSG_ALIGN(here->nlmsg_len);
	*head = here;
	return 1;
}

int fguard_payload(const struct nlmsghdr *head, const void **data, size_t *size)
{
	size_t length = mnl_nlmsg_get_payload_len(head);

	if (length < GENL_HDRLEN)
		return -EPROTO;
	*data = mnl_nlmsg_get_payload_offset(head, GENL_HDRLEN);
	*size = length - GENL_HDRLEN;
	return 0;
}
