/* SPDX-License-Identifier: MIT */
/* The kernel's answer that ends an exchange, and the sentence it carries. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>

/* Return: whether there was a sentence. */
static bool keep_sentence(struct fguard *guard, const void *data, size_t size,
			  const struct fguard_request *request)
{
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];
	const char *sentence = NULL;
	char about[256] = "";
	uint32_t offset = 0;

	if (fguard_parse(data, size, table, NLMSGERR_ATTR_MAX) ||
	    fguard_get_string(table[NLMSGERR_ATTR_MSG], &sentence) || !sentence)
		return false;
	if (!fguard_get_u32(table[NLMSGERR_ATTR_OFFS], &offset) && offset)
		fguard_blame(guard, request, offset, about, sizeof(about));
	fguard_fail(guard, 0, "%s%s", sentence, about);
	return true;
}

static int bad_end(struct fguard *guard)
{
	return fguard_fail(guard, -EPROTO,
			   "the kernel sent a malformed acknowledgement");
}

/* The attributes follow the request's header, or all of it if it came back. */
static size_t attributes_at(const struct nlmsghdr *head,
			    const struct nlmsgerr *answer)
{
	if (head->nlmsg_flags & NLM_F_CAPPED ||
	    answer->msg.nlmsg_len < NLMSG_HDRLEN)
		return sizeof(*answer);
	return sizeof(*answer) +
	       NLMSG_ALIGN((size_t)answer->msg.nlmsg_len - NLMSG_HDRLEN);
}

static bool has_sentence(struct fguard *guard, const struct nlmsghdr *head,
			 size_t at, const struct fguard_request *request)
{
	size_t size = mnl_nlmsg_get_payload_len(head);

	return head->nlmsg_flags & NLM_F_ACK_TLVS && at < size &&
	       keep_sentence(guard, mnl_nlmsg_get_payload_offset(head, at),
			     size - at, request);
}

int fguard_refusal(struct fguard *guard, const struct nlmsghdr *head,
		   const struct fguard_request *request)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(head);

	if (mnl_nlmsg_get_payload_len(head) < sizeof(*answer) ||
	    answer->error > 0 || answer->error < -4095)
		return bad_end(guard);
	if (!answer->error)
		return 0;
	if (has_sentence(guard, head, attributes_at(head, answer), request))
		return answer->error;
	/* The module gives a reason; it is netlink that finds no family. */
	if (answer->error == -ENOENT && guard->family &&
	    request->head->nlmsg_type == guard->family)
		return fguard_fail(guard, -ENODEV,
				   "the fguard module was unloaded");
	return fguard_fail_errno(guard, answer->error);
}

int fguard_dump_end(struct fguard *guard, const struct nlmsghdr *head,
		    const struct fguard_request *request)
{
	const int *error = mnl_nlmsg_get_payload(head);

	if (mnl_nlmsg_get_payload_len(head) < sizeof(*error) || *error > 0 ||
	    *error < -4095)
		return bad_end(guard);
	if (!*error || has_sentence(guard, head, sizeof(*error), request))
		return *error;
	return fguard_fail_errno(guard, *error);
}
