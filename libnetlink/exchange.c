/* SPDX-License-Identifier: MIT */
/* A request, its replies, and the acknowledgement that ends them. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>

/**
 * struct exchange - the state of an exchange
 * @request: the request
 * @reply: called for each reply
 * @context: passed to @reply
 * @error: the first failure
 * @over: the final acknowledgement has arrived
 */
struct exchange {
	struct fguard_request *request;
	fguard_reply reply;
	void *context;
	int error;
	bool over;
};

static int send_large(struct fguard *guard, const struct nlmsghdr *head)
{
	size_t size = head->nlmsg_len;
	int err;

	err = guard->transport->grow(guard->carrier, SO_SNDBUFFORCE, size);
	if (!err)
		err = guard->transport->send(guard->carrier, head, size);
	if (err == -EPERM)
		return fguard_fail(guard, err,
				   "a message of %zu bytes needs CAP_NET_ADMIN to enlarge the socket's buffer",
				   size);
	return err ? fguard_fail_errno(guard, err) : 0;
}

static int send_request(struct fguard *guard, struct nlmsghdr *head)
{
	int err;

	/* The kernel uses 0 for messages that answer no request. */
	if (++guard->sequence == 0)
		guard->sequence = 1;
	head->nlmsg_seq = guard->sequence;
	err = guard->transport->send(guard->carrier, head, head->nlmsg_len);
	if (err == -EMSGSIZE)
		return send_large(guard, head);
	return err ? fguard_fail_errno(guard, err) : 0;
}

static void note_error(struct exchange *exchange, int error)
{
	if (!exchange->error)
		exchange->error = error;
}

static void take_reply(struct fguard *guard, struct exchange *exchange,
		       const struct nlmsghdr *head)
{
	const void *data;
	size_t size;
	int err = -EPROTO;

	if (head->nlmsg_type == exchange->request->head->nlmsg_type &&
	    exchange->reply && !fguard_payload(head, &data, &size))
		err = exchange->reply(data, size, exchange->context);
	if (err == -EPROTO)
		fguard_fail(guard, err, "the kernel sent a malformed reply");
	else if (err)
		fguard_fail_errno(guard, err);
	note_error(exchange, err);
}

static void take_answer(struct fguard *guard, struct exchange *exchange,
			const struct nlmsghdr *head)
{
	if (head->nlmsg_flags & NLM_F_DUMP_INTR)
		exchange->request->changed = true;
	switch (head->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_ERROR:
		note_error(exchange,
			   fguard_refusal(guard, head, exchange->request));
		exchange->over = true;
		break;
	case NLMSG_DONE:
		note_error(exchange,
			   fguard_dump_end(guard, head, exchange->request));
		exchange->over = true;
		break;
	default:
		take_reply(guard, exchange, head);
	}
}

static void take_message(struct fguard *guard, struct exchange *exchange,
			 const struct nlmsghdr *head)
{
	if (fguard_is_event(guard, head))
		note_error(exchange, fguard_keep_event(guard, head));
	else if (head->nlmsg_seq == guard->sequence)
		take_answer(guard, exchange, head);
	/* otherwise a late reply to a request that was given up */
}

static int take_datagram(struct fguard *guard, struct exchange *exchange)
{
	const struct nlmsghdr *head;
	int more;

	while ((more = fguard_next_message(guard, &head)) > 0) {
		take_message(guard, exchange, head);
		if (exchange->over)
			return 0;
	}
	if (more < 0)
		return more;
	more = fguard_receive(guard, guard->carrier, true);
	return more < 0 ? more : 0;
}

int fguard_exchange(struct fguard *guard, struct fguard_request *request,
		    fguard_reply reply, void *context)
{
	struct exchange exchange = { request, reply, context, 0, false };
	int err = request->error;

	if (err)
		return fguard_fail_errno(guard, err);
	if (!guard->transport || request->head->nlmsg_type < NLMSG_MIN_TYPE)
		return fguard_fail_errno(guard, -ENOTCONN);
	request->changed = false;
	err = send_request(guard, request->head);
	while (!err && !exchange.over)
		err = take_datagram(guard, &exchange);
	return err ? err : exchange.error;
}
