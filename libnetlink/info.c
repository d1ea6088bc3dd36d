/* SPDX-License-Identifier: MIT */
/* One rule as the kernel tells it, parsed only when it is asked for. */
#include "internal.h"

#include <errno.h>

static int take_terms(const struct nlattr *const *table,
		      struct fguard_rule_info *info)
{
	uint8_t otherwise = FGUARD_ELSE_DENY;
	uint8_t unanswered = FGUARD_VERDICT_DENY;

	if (fguard_get_u32(table[FGUARD_RULE_A_ID], &info->id) ||
	    fguard_get_u32(table[FGUARD_RULE_A_FLAGS], &info->flags) ||
	    fguard_get_string(table[FGUARD_RULE_A_PATH], &info->path) ||
	    fguard_get_string(table[FGUARD_RULE_A_SUFFIX], &info->suffix) ||
	    fguard_get_string(table[FGUARD_RULE_A_NAME], &info->name) ||
	    fguard_get_u32(table[FGUARD_RULE_A_OPS], &info->ops) ||
	    fguard_get_u8(table[FGUARD_RULE_A_ELSE], &otherwise) ||
	    fguard_get_u32(table[FGUARD_RULE_A_ERRNO], &info->error) ||
	    fguard_get_u64(table[FGUARD_RULE_A_TTL], &info->ttl) ||
	    fguard_get_u8(table[FGUARD_RULE_A_DEFAULT], &unanswered) ||
	    fguard_get_u32(table[FGUARD_RULE_A_DEADLINE], &info->deadline))
		return -EPROTO;
	info->otherwise = otherwise;
	info->default_allow = unanswered == FGUARD_VERDICT_ALLOW;
	return info->id && (info->path || info->suffix) ? 0 : -EPROTO;
}

static int take_counters(const struct nlattr *const *table,
			 struct fguard_rule_info *info)
{
	if (fguard_get_u64(table[FGUARD_RULE_A_ALLOWED], &info->allowed) ||
	    fguard_get_u64(table[FGUARD_RULE_A_DENIED], &info->denied) ||
	    fguard_get_u64(table[FGUARD_RULE_A_ASKED], &info->asked) ||
	    fguard_get_u64(table[FGUARD_RULE_A_EXPIRED], &info->expired))
		return -EPROTO;
	return 0;
}

static int take_numbers(const struct nlattr *const *table,
			struct fguard_rule_info *info)
{
	if (fguard_get_u32s(table[FGUARD_RULE_A_UIDS], &info->uids,
			    &info->n_uids) ||
	    fguard_get_u32s(table[FGUARD_RULE_A_GIDS], &info->gids,
			    &info->n_gids) ||
	    fguard_get_u32s(table[FGUARD_RULE_A_LOGINUIDS], &info->loginuids,
			    &info->n_loginuids))
		return -EPROTO;
	return 0;
}

int fguard_read_rule(struct fguard_list *list, const struct nlattr *rule,
		     struct fguard_rule_info *info)
{
	const struct nlattr *table[FGUARD_RULE_A_MAX + 1];

	*info = (struct fguard_rule_info){
		.ops = FGUARD_OPS_ALL,
		.error = EACCES,
		.deadline = FGUARD_DEADLINE_DEFAULT,
	};
	if (fguard_parse_nested(rule, table, FGUARD_RULE_A_MAX) ||
	    take_terms(table, info) || take_counters(table, info) ||
	    take_numbers(table, info))
		return -EPROTO;
	return fguard_read_arrays(list, rule, info);
}
