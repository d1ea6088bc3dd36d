/* SPDX-License-Identifier: MIT */
/* A message to the kernel, built in a buffer that grows. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 4096

/* The largest send buffer that a socket can have; see socket(7). */
#define MESSAGE_MAX ((size_t)1 << 30)

static void *tail_at(const struct fguard_request *request, size_t offset)
{
	return (char *)request->head + offset;
}

/* Return: whether @more bytes fit now. */
static bool reserve(struct fguard_request *request, size_t more)
{
	size_t used = request->head ? request->head->nlmsg_len : 0;
	size_t room = request->room ? request->room : FIRST_ROOM;
	struct nlmsghdr *head;

	if (request->error)
		return false;
	if (more > MESSAGE_MAX - used) {
		request->error = -E2BIG;
		return false;
	}
	while (room < used + more)
		room *= 2;
	if (room == request->room)
		return true;
	head = realloc(request->head, room);
	if (!head) {
		request->error = -ENOMEM;
		return false;
	}
	request->head = head;
	request->room = room;
	return true;
}

void fguard_request_begin(struct fguard_request *request, uint16_t type,
			  uint8_t command, uint8_t version, uint16_t flags)
{
	struct genlmsghdr *generic;

	*request = (struct fguard_request){ 0 };
	if (!reserve(request, NLMSG_HDRLEN + GENL_HDRLEN))
		return;
	mnl_nlmsg_put_header(request->head);
	request->head->nlmsg_type = type;
	request->head->nlmsg_flags = NLM_F_REQUEST | flags;
	generic = mnl_nlmsg_put_extra_header(request->head, sizeof(*generic));
	generic->cmd = command;
	generic->version = version;
}

void fguard_request_free(struct fguard_request *request)
{
	free(request->head);
	*request = (struct fguard_request){ 0 };
}

void fguard_put(struct fguard_request *request, uint16_t type, const void *data,
		size_t size)
{
	if (request->error)
		return;
	if (size > UINT16_MAX - NLA_HDRLEN) {
		request->error = -E2BIG;
		return;
	}
	if (!reserve(request, NLA_HDRLEN + NLA_ALIGN(size)))
		return;
	/* Padding is sent, and not every libmnl clears it. */
	memset(tail_at(request, request->head->nlmsg_len + NLA_HDRLEN + size), 0,
	       NLA_ALIGN(size) - size);
	mnl_attr_put(request->head, type, size, data);
}

void fguard_put_u8(struct fguard_request *request, uint16_t type, uint8_t value)
{
	fguard_put(request, type, &value, sizeof(value));
}

void fguard_put_u32(struct fguard_request *request, uint16_t type,
		    uint32_t value)
{
	fguard_put(request, type, &value, sizeof(value));
}

void fguard_put_u64(struct fguard_request *request, uint16_t type,
		    uint64_t value)
{
	fguard_put(request, type, &value, sizeof(value));
}

void fguard_put_string(struct fguard_request *request, uint16_t type,
		       const char *value)
{
	fguard_put(request, type, value, strlen(value) + 1);
}

void fguard_put_strings(struct fguard_request *request, uint16_t type,
			const char *const *values, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fguard_put_string(request, type, values[i]);
}

/* An offset and not a pointer, because the buffer moves when it grows. */
size_t fguard_nest(struct fguard_request *request, uint16_t type)
{
	size_t start;

	if (!reserve(request, NLA_HDRLEN))
		return 0;
	start = request->head->nlmsg_len;
	mnl_attr_nest_start(request->head, type);
	return start;
}

void fguard_nest_end(struct fguard_request *request, size_t start)
{
	if (request->error)
		return;
	if (request->head->nlmsg_len - start > UINT16_MAX)
		request->error = -E2BIG;
	else
		mnl_attr_nest_end(request->head, tail_at(request, start));
}
