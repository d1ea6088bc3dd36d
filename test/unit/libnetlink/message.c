/* SPDX-License-Identifier: MIT */
/* Messages that the fake writes, and requests that it reads. */
#include "fake.h"

#include <stdlib.h>
#include <unistd.h>

struct nlmsghdr *fake_message(struct fake *fake, uint16_t type, uint16_t flags,
			      uint32_t sequence, uint8_t command)
{
	struct genlmsghdr *generic;
	struct nlmsghdr *head = mnl_nlmsg_put_header(fake->paper);

	head->nlmsg_type = type;
	head->nlmsg_flags = flags;
	head->nlmsg_seq = sequence;
	generic = mnl_nlmsg_put_extra_header(head, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return head;
}

static struct fake_datagram *append(struct fake_end *to, size_t size)
{
	struct fake_datagram *datagram = calloc(1, sizeof(*datagram) + size);
	struct fake_datagram **end = &to->first;
	uint64_t one = 1;

	assert_non_null(datagram);
	datagram->size = size;
	while (*end)
		end = &(*end)->next;
	*end = datagram;
	assert_int_equal(write(to->wake, &one, sizeof(one)), sizeof(one));
	return datagram;
}

void fake_deliver_bytes(struct fake *fake, const void *data, size_t size,
			uint32_t sender)
{
	struct fake_datagram *datagram = append(&fake->main, size);

	if (size)
		memcpy(datagram->data, data, size);
	datagram->sender = sender;
}

void fake_deliver(struct fake *fake, const struct nlmsghdr *head)
{
	fake_deliver_bytes(fake, head, head->nlmsg_len, 0);
}

void fake_notify(struct fake *fake, const struct nlmsghdr *head)
{
	struct fake_datagram *datagram = append(&fake->notices, head->nlmsg_len);

	memcpy(datagram->data, head, head->nlmsg_len);
}

void fake_deliver_error(struct fake *fake, int error)
{
	append(&fake->main, 0)->error = error;
}

static void put_sentence(struct nlmsghdr *head, const char *sentence)
{
	if (!sentence)
		return;
	head->nlmsg_flags |= NLM_F_ACK_TLVS;
	mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, sentence);
}

struct nlmsghdr *fake_write_ack(struct fake *fake,
				const struct nlmsghdr *request, int error,
				const char *sentence)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(fake->paper);
	struct nlmsgerr *answer;

	head->nlmsg_type = NLMSG_ERROR;
	head->nlmsg_flags = NLM_F_CAPPED;
	head->nlmsg_seq = request->nlmsg_seq;
	answer = mnl_nlmsg_put_extra_header(head, sizeof(*answer));
	answer->error = error;
	answer->msg = *request;
	put_sentence(head, sentence);
	return head;
}

void fake_ack(struct fake *fake, const struct nlmsghdr *request, int error,
	      const char *sentence)
{
	fake_deliver(fake, fake_write_ack(fake, request, error, sentence));
}

void fake_done(struct fake *fake, const struct nlmsghdr *request, int error,
	       const char *sentence)
{
	struct nlmsghdr *head = mnl_nlmsg_put_header(fake->paper);

	head->nlmsg_type = NLMSG_DONE;
	head->nlmsg_flags = NLM_F_MULTI;
	head->nlmsg_seq = request->nlmsg_seq;
	*(int *)mnl_nlmsg_put_extra_header(head, sizeof(error)) = error;
	put_sentence(head, sentence);
	fake_deliver(fake, head);
}

void fake_obey(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, 0, NULL);
}

const struct nlattr *fake_find(const struct nlmsghdr *request, uint16_t type,
			       size_t number)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, request, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == type && !number--)
			return attr;
	return NULL;
}

const struct nlattr *fake_find_nested(const struct nlattr *nest, uint16_t type,
				      size_t number)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type && !number--)
			return attr;
	return NULL;
}

size_t fake_count(const struct nlmsghdr *request, uint16_t type)
{
	const struct nlattr *attr;
	size_t n = 0;

	mnl_attr_for_each(attr, request, GENL_HDRLEN)
		n += mnl_attr_get_type(attr) == type;
	return n;
}

uint8_t fake_command(const struct nlmsghdr *request)
{
	return ((const struct genlmsghdr *)mnl_nlmsg_get_payload(request))->cmd;
}
