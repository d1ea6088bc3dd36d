/* SPDX-License-Identifier: MIT */
/* The acknowledgement that ends an exchange, and the kernel's sentence in it. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>

/* ---- which of many rules or values it is about: the kernel gives an offset  */

#define ATTRIBUTES_AT (NLMSG_HDRLEN + GENL_HDRLEN)

/* The attribute among those at @data that holds the byte at @offset of them. */
static const struct nlattr *find_attr(const void *data, size_t size,
				      size_t offset)
{
	const struct nlattr *attr;
	size_t at = 0;

	while (fguard_next_attr(data, size, &at, &attr) > 0)
		if (offset < at)
			return attr;
	return NULL;
}

static void name_rule(const struct nlattr *rule, char *text, size_t size)
{
	const struct nlattr *table[FGUARD_RULE_A_MAX + 1];
	const char *name = NULL, *suffix = NULL;
	uint32_t id = 0;

	if (fguard_parse_nested(rule, table, FGUARD_RULE_A_MAX))
		return;
	fguard_get_u32(table[FGUARD_RULE_A_ID], &id);
	fguard_get_string(table[FGUARD_RULE_A_SUFFIX], &suffix);
	if (!suffix)
		fguard_get_string(table[FGUARD_RULE_A_NAME], &name);
	fguard_get_string(table[FGUARD_RULE_A_PATH], &name);
	if (suffix)
		snprintf(text, size, " (rule for *%.50s%s%.150s)", suffix,
			 name ? " below " : "", name ? name : "");
	else if (name)
		snprintf(text, size, " (rule for %.200s)", name);
	else if (id)
		snprintf(text, size, " (rule %u)", id);
}

static void name_value(const struct nlattr *value, char *text, size_t size)
{
	switch (value ? mnl_attr_get_type(value) : 0) {
	case FGUARD_SUBSCRIPTION_A_PATH:
	case FGUARD_SUBSCRIPTION_A_TREE:
	case FGUARD_SUBSCRIPTION_A_SUFFIX:
	case FGUARD_SUBSCRIPTION_A_EXE:
		snprintf(text, size, " (%.200s)", mnl_attr_get_str(value));
		break;
	case FGUARD_SUBSCRIPTION_A_PID:
	case FGUARD_SUBSCRIPTION_A_UID:
		snprintf(text, size, " (%u)", mnl_attr_get_u32(value));
		break;
	}
}

static void name_blamed(const struct fguard *guard,
		  const struct fguard_request *request, size_t offset,
		  char *text, size_t size)
{
	const char *data = (const char *)request->head + ATTRIBUTES_AT;
	const struct nlattr *attr;
	size_t nested;

	if (request->head->nlmsg_type != guard->family || offset < ATTRIBUTES_AT)
		return;
	offset -= ATTRIBUTES_AT;
	attr = find_attr(data, request->head->nlmsg_len - ATTRIBUTES_AT, offset);
	if (!attr)
		return;
	nested = offset - (size_t)((const char *)attr - data);
	if (mnl_attr_get_type(attr) == FGUARD_A_RULE)
		name_rule(attr, text, size);
	else if (mnl_attr_get_type(attr) == FGUARD_A_SUBSCRIPTION &&
		 nested >= NLA_HDRLEN)
		name_value(find_attr(mnl_attr_get_payload(attr),
				     mnl_attr_get_payload_len(attr),
				     nested - NLA_HDRLEN),
			   text, size);
}

/* ---- the answer that ends an exchange ----------------------------------- */

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
		name_blamed(guard, request, offset, about, sizeof(about));
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
	/* The module always gives a sentence; without one, netlink found no family. */
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
