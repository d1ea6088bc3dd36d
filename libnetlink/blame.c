/* SPDX-License-Identifier: MIT */
/* Which of many rules or values a refusal is about: the kernel tells an offset. */
#include "internal.h"

#include <libmnl/libmnl.h>
#include <stdio.h>

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

void fguard_blame(const struct fguard *guard,
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
