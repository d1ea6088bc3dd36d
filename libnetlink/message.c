/* SPDX-License-Identifier: MIT */
/*
 * Messages from the kernel, taken apart and checked. libmnl's own walk through
 * attributes ends silently at the first one that does not fit, so that a cut
 * message would look like a short one.
 */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stddef.h>
#include <string.h>

/* ---- datagrams, and the messages in them -------------------------------- */

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

/* Not mnl_nlmsg_ok(), which treats a length beyond INT_MAX as negative. */
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

/* ---- attributes --------------------------------------------------------- */

int fguard_next_attr(const void *data, size_t size, size_t *at,
		     const struct nlattr **attr)
{
	size_t left = *at < size ? size - *at : 0;
	const struct nlattr *here;

	/* An empty list has a NULL pointer, to which no offset may be added. */
	if (!left)
		return 0;
	here = (const void *)((const char *)data + *at);
	if (left < NLA_HDRLEN || here->nla_len < NLA_HDRLEN ||
	    here->nla_len > left)
		return -EPROTO;
	*at += NLA_ALIGN(here->nla_len);
	*attr = here;
	return 1;
}

int fguard_parse(const void *data, size_t size, const struct nlattr **table,
		 unsigned int max)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	memset(table, 0, (max + 1) * sizeof(*table));
	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) <= max)
			table[mnl_attr_get_type(attr)] = attr;
	return more;
}

int fguard_parse_nested(const struct nlattr *nest, const struct nlattr **table,
			unsigned int max)
{
	return fguard_parse(mnl_attr_get_payload(nest),
			    mnl_attr_get_payload_len(nest), table, max);
}

static int copy_exactly(const struct nlattr *attr, void *value, size_t size)
{
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) != size)
		return -EPROTO;
	memcpy(value, mnl_attr_get_payload(attr), size);
	return 0;
}

int fguard_get_u8(const struct nlattr *attr, uint8_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u16(const struct nlattr *attr, uint16_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u32(const struct nlattr *attr, uint32_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_u64(const struct nlattr *attr, uint64_t *value)
{
	return copy_exactly(attr, value, sizeof(*value));
}

int fguard_get_string(const struct nlattr *attr, const char **value)
{
	size_t size;

	if (!attr)
		return 0;
	size = mnl_attr_get_payload_len(attr);
	if (!size || mnl_attr_get_str(attr)[size - 1] != '\0')
		return -EPROTO;
	*value = mnl_attr_get_str(attr);
	return 0;
}

/* They can be used in place: attributes begin at multiples of 4. */
int fguard_get_u32s(const struct nlattr *attr, const uint32_t **values,
		    uint32_t *n)
{
	size_t size;

	if (!attr)
		return 0;
	size = mnl_attr_get_payload_len(attr);
	if (size % sizeof(**values))
		return -EPROTO;
	*values = mnl_attr_get_payload(attr);
	*n = (uint32_t)(size / sizeof(**values));
	return 0;
}

/* Cuts what does not fit: these are names from the kernel, for information only. */
int fguard_copy_string(const struct nlattr *attr, char *value, size_t size)
{
	const char *string = "";
	int err = fguard_get_string(attr, &string);

	if (err || !attr)
		return err;
	memset(value, 0, size);
	memcpy(value, string, strnlen(string, size - 1));
	return 0;
}

/* ---- what a nest has several of ----------------------------------------- */

ssize_t fguard_take_values(const struct nlattr *nest,
			   const struct fguard_kind *kind, void *values,
			   size_t max)
{
	_Alignas(max_align_t) char beyond[FGUARD_VALUE_MAX];
	const struct nlattr *attr;
	size_t at = 0, n = 0;
	int more;

	while ((more = fguard_next_attr(mnl_attr_get_payload(nest),
					mnl_attr_get_payload_len(nest), &at,
					&attr)) > 0) {
		if (mnl_attr_get_type(attr) != kind->type)
			continue;
		if (kind->take(attr, n < max ? (char *)values + n * kind->size :
					       beyond))
			return -EPROTO;
		n++;
	}
	return more < 0 ? more : (ssize_t)n;
}
